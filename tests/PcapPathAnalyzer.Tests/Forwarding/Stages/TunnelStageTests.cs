using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Forwarding.Stages;

/// <summary>
/// Geneve and IP in IP between two nodes, which many kernels to test on lack: what is expected is derived from drivers/net/geneve.c, net/ipv4/ip_tunnel.c and
/// net/ipv4/ipip.c. VXLAN stands before the kernel itself.
/// </summary>
public sealed class TunnelStageTests
{
    private const string Geneve = "geneve id 7 remote 192.168.56.{0} dstport 6081 noudpcsum";
    private const string IpIp = "ipip any remote any local any ttl inherit nopmtudisc";

    [Test]
    public void Geneve_goes_to_the_devices_remote_and_is_taken_out_by_identifier()
    {
        var path = Between(Geneve).Ask(To).Single();
        var outer = path.Steps.First(s => s.Kind == StepKind.Encapsulate).Packet;
        Assert.That((outer.Tuple.Destination.ToString(), outer.Tuple.DestinationPort, outer.Tuple.Protocol, outer.Ttl, outer.Length, outer.DontFragment), Is.EqualTo(("192.168.56.12", (ushort)6081, IpProtocol.Udp, 64, 110, false)));
        Assert.That(path.Steps.Single(s => s.Kind == StepKind.Decapsulate).Text, Is.EqualTo("tun takes VNI 7 out of Geneve from 192.168.56.11"));
        Assert.That((path.Verdict, path.Steps[^1].Namespace, path.ReplyVerdict), Is.EqualTo((Verdict.Delivered, "node-b", Verdict.Delivered)));
    }

    [TestCase("geneve id 8 remote 192.168.56.11 dstport 6081", null, TestName = "Geneve_of_another_identifier")]
    [TestCase("geneve id 7 remote 192.168.56.99 dstport 6081", null, TestName = "Geneve_of_another_remote")]
    [TestCase("geneve id 7 remote 192.168.56.11 dstport 6082", "icmp-port-unreachable", TestName = "Geneve_on_another_port")]
    public void Geneve_that_the_far_end_does_not_take(string far, string? answer)
    {
        var path = Between(Geneve, far).Ask(To).Single();
        Assert.That((path.Verdict, path.Answer, path.Steps[^1].Namespace), Is.EqualTo((Verdict.NoListener, answer, "node-b")));
    }

    [Test]
    public void A_device_that_takes_everything_takes_it() =>
        Assert.That(Between(Geneve, "geneve external id 0 dstport 6081").Ask(To).Single().Verdict, Is.EqualTo(Verdict.Delivered));

    [Test]
    public void Where_an_external_geneve_device_sends_cannot_be_told()
    {
        var path = Between("geneve external id 0 dstport 6081").Ask(To).Single();
        Assert.That((path.Verdict, path.Reason), Is.EqualTo((Verdict.CannotTell, "tun takes its destination from routes, Open vSwitch or eBPF (external); it would take: ip route (encap ip), ovs-ofctl dump-flows")));
    }

    [Test]
    public void Ip_in_ip_without_a_remote_goes_to_the_routes_gateway_with_the_inner_packets_ttl_and_no_fragments()
    {
        var path = Between(IpIp).Ask(To with { Ttl = 33 }).Single();
        var outer = path.Steps.First(s => s.Kind == StepKind.Encapsulate).Packet;
        Assert.That((outer.Tuple.Destination.ToString(), outer.Tuple.Protocol, outer.Ttl, outer.Length, outer.DontFragment), Is.EqualTo(("192.168.56.12", IpProtocol.IpIp, 33, 80, true)));
        Assert.That((path.Verdict, path.ReplyVerdict), Is.EqualTo((Verdict.Delivered, Verdict.Delivered)));
    }

    [TestCase("ipip remote 192.168.56.{0} local any ttl 3 pmtudisc", 3)]
    [TestCase("ipip remote 192.168.56.{0} local any ttl inherit nopmtudisc", 64)]
    public void Ip_in_ip_with_a_remote_goes_there(string device, int ttl)
    {
        var path = Between(device).Ask(To).Single();
        Assert.That((path.Verdict, path.Steps.First(s => s.Kind == StepKind.Encapsulate).Packet.Ttl), Is.EqualTo((Verdict.Delivered, ttl)));
    }

    [Test]
    public void Ip_in_ip_of_others_is_not_taken() =>
        Assert.That(Between("ipip remote 192.168.56.{0} local any ttl inherit", "ipip remote 192.168.56.99 local any ttl inherit").Ask(To).Single().Verdict, Is.EqualTo(Verdict.NoListener));

    [TestCase(1480, 1480, Verdict.Delivered)]
    [TestCase(1480, 1481, Verdict.TooBig)]
    [TestCase(1500, 1480, Verdict.Delivered)]
    [TestCase(1500, 1481, Verdict.TooBig)]
    public void A_packet_has_to_fit_the_tunnel_and_with_its_header_the_device_below(int mtu, int size, Verdict verdict)
    {
        var path = Between(IpIp, mtu: mtu).Ask(To with { Size = size }).Single();
        Assert.That((path.Verdict, path.Answer), Is.EqualTo((verdict, verdict == Verdict.TooBig ? "icmp-fragmentation-needed" : "reply")), path.Reason);
    }

    [Test]
    public void The_outer_packet_is_filtered_like_any_other()
    {
        var path = Between(IpIp).With("node-b/iptables", "*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT ! -p ipv4 -j ACCEPT\nCOMMIT\n").Ask(To).Single();
        Assert.That((path.Verdict, path.Steps[^1].Depth), Is.EqualTo((Verdict.DroppedByRule, 1)));
    }

    private static Question To => new() { From = "node-a", To = "10.9.1.1:80", SourcePort = 40000 };

    // 192.168.56.11 and .12 with a tunnel between 10.9.0.1 and 10.9.1.1; {0} is the other end's last number.
    private static Village Between(string device, string? far = null, int mtu = 1450) => Node(Node(new Village(), "a", 0, device, mtu), "b", 1, far ?? device, mtu);

    private static Village Node(Village village, string name, int index, string device, int mtu)
    {
        var other = 1 - index;
        var isEthernet = device.StartsWith("geneve", StringComparison.Ordinal);
        var lo = "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n";
        var eth0 = $"2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP\n    link/ether 02:00:00:00:0{index}:02 brd ff:ff:ff:ff:ff:ff\n";
        var tunnel = isEthernet
            ? $"3: tun: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu {mtu} qdisc noqueue state UNKNOWN\n    link/ether 02:00:00:00:0{index}:03 brd ff:ff:ff:ff:ff:ff\n"
            : $"3: tun@NONE: <NOARP,UP,LOWER_UP> mtu {mtu} qdisc noqueue state UNKNOWN\n    link/ipip 0.0.0.0 brd 0.0.0.0\n";
        return village
            .With($"node-{name}/ip-d-link", $"{lo}{eth0}{tunnel}    {string.Format(System.Globalization.CultureInfo.InvariantCulture, device, 11 + other)}\n")
            .With($"node-{name}/ip-addr", $"{lo}    inet 127.0.0.1/8 scope host lo\n{eth0}    inet 192.168.56.1{index + 1}/24 brd 192.168.56.255 scope global eth0\n{tunnel}    inet 10.9.{index}.1/32 scope global tun\n")
            .With($"node-{name}/ip-route", $"10.9.{other}.0/24 {(isEthernet ? "" : $"via 192.168.56.1{other + 1} ")}dev tun{(isEthernet ? "" : " onlink")}\n192.168.56.0/24 dev eth0 proto kernel scope link src 192.168.56.1{index + 1}\n")
            .With($"node-{name}/ip-neigh", $"10.9.{other}.1 dev tun lladdr 02:00:00:00:0{other}:03 PERMANENT\n")
            .With($"node-{name}/sysctl", "net.ipv4.ip_forward = 1\nnet.ipv4.conf.all.rp_filter = 0\n");
    }
}
