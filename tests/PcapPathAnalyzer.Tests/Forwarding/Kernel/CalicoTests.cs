using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>Pods as Calico connects them (a /32, the gateway 169.254.1.1, proxy ARP), and its NetworkPolicy chains with marks and IP sets.</summary>
[NonParallelizable]
public sealed class CalicoTests
{
    private const string Node = "node";
    private const string Web = "node/pods/web";
    private const string Client = "node/pods/client";
    private const string Stranger = "node/pods/stranger";

    private const string Script = """
        pod() { ip link add eth0 netns $1 type veth peer name $2 netns $node; ip -n $1 addr add $3/32 dev eth0; ip -n $1 link set eth0 up; ip -n $node link set $2 address ee:ee:ee:ee:ee:ee up
          ip -n $1 route add 169.254.1.1 dev eth0 scope link; ip -n $1 route add default via 169.254.1.1 dev eth0
          on $node sysctl -qw net.ipv4.conf.$2.proxy_arp=1 net.ipv4.neigh.$2.proxy_delay=0; ip -n $node route add $3 dev $2 scope link; }
        ip -n $node link add uplink type bridge; ip -n $node addr add 192.168.56.11/24 dev uplink; ip -n $node link set uplink up; ip -n $node route add default via 192.168.56.1
        on $node sysctl -qw net.ipv4.ip_forward=1
        pod $web caliw 10.9.0.2; pod $client calic 10.9.0.3; pod $stranger calis 10.9.0.4
        printf 'create cali40s:clients hash:net\nadd cali40s:clients 10.9.0.3\ncreate cali40all-ipam-pools hash:net\nadd cali40all-ipam-pools 10.9.0.0/24\n' | on $node ipset restore
        """;

    private const string Policy = """
        :cali-FORWARD -
        :cali-INPUT -
        :cali-from-wl-dispatch -
        :cali-to-wl-dispatch -
        :cali-fw-caliw -
        :cali-tw-caliw -
        :cali-fw-calic -
        :cali-tw-calic -
        :cali-pi-allow-clients -
        -A INPUT -j cali-INPUT
        -A FORWARD -j cali-FORWARD
        -A FORWARD -m comment --comment "Policy explicitly accepted packet." -m mark --mark 0x10000/0x10000 -j ACCEPT
        -A cali-FORWARD -j MARK --set-xmark 0x0/0xe0000
        -A cali-FORWARD -i cali+ -j cali-from-wl-dispatch
        -A cali-FORWARD -o cali+ -j cali-to-wl-dispatch
        -A cali-INPUT -i cali+ -g cali-from-wl-dispatch
        -A cali-from-wl-dispatch -i caliw -g cali-fw-caliw
        -A cali-from-wl-dispatch -i calic -g cali-fw-calic
        -A cali-from-wl-dispatch -i calis -j RETURN
        -A cali-from-wl-dispatch -m comment --comment "Unknown interface" -j DROP
        -A cali-to-wl-dispatch -o caliw -g cali-tw-caliw
        -A cali-to-wl-dispatch -o calic -g cali-tw-calic
        -A cali-to-wl-dispatch -m comment --comment "Unknown interface" -j DROP
        -A cali-fw-caliw -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A cali-fw-caliw -m conntrack --ctstate INVALID -j DROP
        -A cali-fw-caliw -j MARK --set-xmark 0x0/0x10000
        -A cali-fw-caliw -p udp -m comment --comment "Drop VXLAN encapped packets originating in workloads" -m multiport --dports 4789 -j DROP
        -A cali-fw-caliw -j MARK --set-xmark 0x10000/0x10000
        -A cali-fw-calic -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A cali-fw-calic -j MARK --set-xmark 0x10000/0x10000
        -A cali-tw-calic -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A cali-tw-calic -j DROP
        -A cali-tw-caliw -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A cali-tw-caliw -m conntrack --ctstate INVALID -j DROP
        -A cali-tw-caliw -j MARK --set-xmark 0x0/0x10000
        -A cali-tw-caliw -m comment --comment "Start of policies" -j MARK --set-xmark 0x0/0x20000
        -A cali-tw-caliw -m mark --mark 0x0/0x20000 -j cali-pi-allow-clients
        -A cali-tw-caliw -m comment --comment "Return if policy accepted" -m mark --mark 0x10000/0x10000 -j RETURN
        -A cali-tw-caliw -m comment --comment "Drop if no policies passed packet" -m mark --mark 0x0/0x20000 -j DROP
        -A cali-pi-allow-clients -p tcp -m set --match-set cali40s:clients src -m multiport --dports 7 -j MARK --set-xmark 0x10000/0x10000
        -A cali-pi-allow-clients -m mark --mark 0x10000/0x10000 -j RETURN
        *nat
        -A POSTROUTING -m set --match-set cali40all-ipam-pools src -m set ! --match-set cali40all-ipam-pools dst -j MASQUERADE --random-fully
        """;

    private CalicoNetwork network = null!;

    [OneTimeSetUp]
    public void Create() => network = new CalicoNetwork();

    [OneTimeTearDown]
    public void Delete() => network?.Dispose();

    [TestCase(Client, "10.9.0.3", IpProtocol.Tcp, 7, Verdict.Delivered, TestName = "Policy_lets_a_client_pass")]
    [TestCase(Client, "10.9.0.3", IpProtocol.Tcp, 8, Verdict.DroppedByRule, TestName = "Policy_drops_another_port")]
    [TestCase(Client, "10.9.0.3", IpProtocol.Udp, 7, Verdict.DroppedByRule, TestName = "Policy_drops_another_protocol")]
    [TestCase(Stranger, "10.9.0.4", IpProtocol.Tcp, 7, Verdict.DroppedByRule, TestName = "Policy_drops_a_stranger")]
    public async Task To_a_pod_that_a_policy_selects(string from, string source, IpProtocol protocol, int port, Verdict verdict)
    {
        var path = await network.AgreeAsync(from, source, "10.9.0.2", protocol, port);
        Assert.That(path.Verdict, Is.EqualTo(verdict));
        Assert.That(path.Conditions, Is.Empty);
    }

    [Test]
    public async Task The_gateway_that_nobody_has_is_answered_for_by_the_host()
    {
        var path = await network.AgreeAsync(Web, "10.9.0.2", "192.168.56.11", IpProtocol.Udp, 7);
        Assert.That((path.Verdict, path.ReplyVerdict), Is.EqualTo((Verdict.Delivered, Verdict.Delivered)));
        Assert.That((await network.AgreeAsync(Web, "10.9.0.2", "10.9.0.3", IpProtocol.Icmp)).Verdict, Is.EqualTo(Verdict.DroppedByRule));
    }

    private sealed class CalicoNetwork : ProbedNetwork
    {
        public CalicoNetwork()
            : base(Script, Node, Web, Client, Stranger) => Load(Node, Policy);
    }
}
