using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>The packet that VXLAN wraps another in, in its own right: where the kernel sends it, what rules it meets, who takes it out; and what the walk says.</summary>
[NonParallelizable]
public sealed class VxlanTests
{
    private ClusterNetwork network = null!;

    [SetUp]
    public void Create() => network = new ClusterNetwork();

    [TearDown]
    public void Delete() => network?.Dispose();

    [TestCase(ClusterNetwork.NodeA, "-A OUTPUT -p udp -m udp --dport 8472 -j DROP", Verdict.DroppedByRule)]
    [TestCase(ClusterNetwork.NodeA, "-A OUTPUT -p udp -m udp --dport 8472 -j REJECT --reject-with icmp-host-prohibited", Verdict.RejectedByRule)]
    [TestCase(ClusterNetwork.NodeA, "*nat\n-A POSTROUTING -o eth0 -j MASQUERADE --random-fully", Verdict.Delivered)]
    [TestCase(ClusterNetwork.NodeA, "*mangle\n-A FORWARD -p udp -j MARK --set-mark 0x7\n*filter\n-A OUTPUT -m mark --mark 0x7 -j DROP", Verdict.DroppedByRule)]
    [TestCase(ClusterNetwork.NodeA, "*mangle\n-A FORWARD -p udp -j DSCP --set-dscp 0x0a\n*filter\n-A OUTPUT -m dscp --dscp 0x0a -j DROP", Verdict.Delivered)]
    [TestCase(ClusterNetwork.NodeB, "-A INPUT -p udp -m udp --dport 8472 -j DROP", Verdict.DroppedByRule)]
    [TestCase(ClusterNetwork.NodeB, "-A INPUT -p udp -m udp --dport 8472 -j REJECT --reject-with icmp-port-unreachable", Verdict.RejectedByRule)]
    [TestCase(ClusterNetwork.NodeB, "-A FORWARD -i flannel.1 -p udp -j REJECT", Verdict.RejectedByRule)]
    public async Task Rules_see_the_outer_packet_and_then_the_inner_one(string node, string rules, Verdict verdict)
    {
        network.Load(node, rules);
        Assert.That((await ToB1Async()).Verdict, Is.EqualTo(verdict));
    }

    [TestCase("true", Verdict.NoFdbEntry)]
    [TestCase("bridge -n $node_a fdb append 00:00:00:00:00:00 dev flannel.1 dst 192.168.56.12", Verdict.Delivered)]
    [TestCase("ip -n $node_a link set flannel.1 type vxlan id 1 remote 192.168.56.12", Verdict.Delivered)]
    [TestCase("bridge -n $node_a fdb append 0a:00:00:00:01:01 dev flannel.1 dst 192.168.56.100", Verdict.NoListener)]
    public async Task Without_an_entry_for_the_address_the_default_destination_gets_it(string script, Verdict verdict)
    {
        network.Run($"bridge -n $node_a fdb del 0a:00:00:00:01:01 dev flannel.1 dst 192.168.56.12; {script}");
        Assert.That((await ToB1Async()).Verdict, Is.EqualTo(verdict));
    }

    [TestCase(1, 8472, Verdict.Delivered, "reply")]
    [TestCase(2, 8472, Verdict.NoListener, null)]
    [TestCase(1, 4789, Verdict.NoListener, "icmp-port-unreachable")]
    public async Task The_far_end_takes_its_own_identifier_on_its_own_port(int vni, int port, Verdict verdict, string? answer)
    {
        Replace("b", 1, 0, $"id {vni} dstport {port} nolearning");
        var path = await ToB1Async();
        Assert.That((path.Verdict, path.Answer), Is.EqualTo((verdict, answer)), path.Reason);
    }

    [TestCase("learning", Verdict.Delivered)]
    [TestCase("nolearning", Verdict.NoFdbEntry)]
    public async Task An_answer_finds_the_way_that_its_request_has_taught(string learning, Verdict answer)
    {
        Replace("b", 1, 0, $"id 1 dstport 8472 {learning}");
        network.Run("bridge -n $node_b fdb del 0a:00:00:00:00:01 dev flannel.1 dst 192.168.56.11");
        Assert.That((await ToB1Async()).ReplyVerdict, Is.EqualTo(answer));
    }

    [TestCase("ttl 5 tos 0x28")]
    [TestCase("ttl inherit tos inherit")]
    public async Task The_outer_packets_time_to_live_and_class_are_the_devices_own_or_the_inner_packets(string options)
    {
        Replace("a", 0, 1, $"id 1 dstport 8472 nolearning {options}");
        network.Load(ClusterNetwork.NodeB, "-A INPUT -m ttl --ttl-eq 5 -j ACCEPT\n-A INPUT -m ttl --ttl-eq 63 -j ACCEPT\n-A INPUT -m dscp --dscp 0x0a -j ACCEPT\n-A INPUT -m dscp --dscp 0x04 -j ACCEPT");
        var probe = Probe.Of(ClusterNetwork.A1Address, ClusterNetwork.B1Address, IpProtocol.Udp, 7) with { TrafficClass = 0x10 };
        Assert.That((await network.AgreeAsync(probe, ClusterNetwork.A1)).Verdict, Is.EqualTo(Verdict.Delivered));
    }

    [TestCase(1, ClusterNetwork.NodeA)]
    [TestCase(2, ClusterNetwork.NodeB)]
    public async Task The_inner_packets_time_ends_at_the_nodes_that_route_it(byte ttl, string node)
    {
        var path = await network.AgreeAsync(Probe.Of(ClusterNetwork.A1Address, ClusterNetwork.B1Address, IpProtocol.Udp, 7) with { Ttl = ttl }, ClusterNetwork.A1);
        Assert.That((path.Verdict, path.Steps[^1].Namespace), Is.EqualTo((Verdict.TtlExpired, node)));
    }

    [TestCase(1450, Verdict.Delivered)]
    [TestCase(1451, Verdict.TooBig)]
    public async Task A_packet_has_to_fit_the_tunnels_device(int size, Verdict verdict)
    {
        network.Run("ip -n $a1 link set eth0 mtu 1500; ip -n $node_a link set va1 mtu 1500; ip -n $node_a link set cni0 mtu 1500");
        var probe = Probe.Of(ClusterNetwork.A1Address, ClusterNetwork.B1Address, IpProtocol.Udp, 7) with { Payload = size - 28 };
        Assert.That((await network.AgreeAsync(probe, ClusterNetwork.A1)).Verdict, Is.EqualTo(verdict));
    }

    // A device as ClusterNetwork made it, but for its options.
    private void Replace(string node, int own, int other, string options) => network.Run($"""
        n=$node_{node}; ip -n $n link del flannel.1
        ip -n $n link add flannel.1 address 0a:00:00:00:0{own}:01 type vxlan {options} local 192.168.56.1{own + 1}
        ip -n $n addr add 10.244.{own}.0/32 dev flannel.1; ip -n $n link set flannel.1 up mtu 1450
        ip -n $n route add 10.244.{other}.0/24 via 10.244.{other}.0 dev flannel.1 onlink; ip -n $n neigh add 10.244.{other}.0 lladdr 0a:00:00:00:0{other}:01 dev flannel.1 nud permanent
        bridge -n $n fdb append 0a:00:00:00:0{other}:01 dev flannel.1 dst 192.168.56.1{other + 1}
        on $n sysctl -qw net.ipv4.conf.flannel/1.rp_filter=0
        """);

    private Task<WalkPath> ToB1Async() => network.AgreeAsync(ClusterNetwork.A1, ClusterNetwork.A1Address, ClusterNetwork.B1Address, IpProtocol.Udp, 7);
}
