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
    private const string Other = "other";
    private const string Far = "other/pods/far";

    private const string Script = """
        pod() { ip link add eth0 netns $2 type veth peer name $3 netns $1; ip -n $2 addr add $4/32 dev eth0; ip -n $2 link set eth0 up; ip -n $1 link set $3 address ee:ee:ee:ee:ee:ee up
          ip -n $2 route add 169.254.1.1 dev eth0 scope link; ip -n $2 route add default via 169.254.1.1 dev eth0
          on $1 sysctl -qw net.ipv4.conf.$3.proxy_arp=1 net.ipv4.neigh.$3.proxy_delay=0; ip -n $1 route add $4 dev $3 scope link; }
        ip link add eth0 netns $node type veth peer name eth0 netns $other
        ip -n $node addr add 192.168.56.11/24 dev eth0; ip -n $other addr add 192.168.56.12/24 dev eth0; ip -n $node link set eth0 up; ip -n $other link set eth0 up
        ip -n $node route add default via 192.168.56.12; ip -n $other route add default via 192.168.56.11
        for n in $node $other; do on $n sysctl -qw net.ipv4.ip_forward=1; done
        pod $node $web caliw 10.9.0.2; pod $node $client calic 10.9.0.3; pod $node $stranger calis 10.9.0.4; pod $other $far calif 10.9.1.2
        ip -n $node route add blackhole 10.9.0.0/26 proto bird; ip -n $node route add 10.9.1.0/26 via 192.168.56.12 proto bird
        ip -n $other route add blackhole 10.9.1.0/26 proto bird; ip -n $other route add 10.9.0.0/26 via 192.168.56.11 proto bird
        printf 'create cali40s:clients hash:net\nadd cali40s:clients 10.9.0.3\ncreate cali40all-ipam-pools hash:net\nadd cali40all-ipam-pools 10.9.0.0/16\n' | on $node ipset restore
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
    [TestCase(Far, "10.9.1.2", IpProtocol.Tcp, 7, Verdict.DroppedByRule, TestName = "Policy_drops_a_pod_of_another_node")]
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

    [Test]
    public async Task Another_nodes_pod_is_routed_to_and_answers()
    {
        foreach (var protocol in new[] { IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Icmp })
            Assert.That((await network.AgreeAsync(Client, "10.9.0.3", "10.9.1.2", protocol, protocol == IpProtocol.Icmp ? 0 : 7)).ReplyVerdict, Is.EqualTo(Verdict.Delivered));
    }

    [Test]
    public async Task Out_of_the_pools_a_pod_is_masqueraded()
    {
        var path = await network.AgreeAsync(Client, "10.9.0.3", "192.168.56.12", IpProtocol.Udp, 7);
        Assert.That((path.Verdict, path.ReplyVerdict, path.Steps[^1].Packet.Tuple.Source.ToString()), Is.EqualTo((Verdict.Delivered, Verdict.Delivered, "192.168.56.11")));
    }

    [Test]
    public async Task An_address_of_the_nodes_block_that_no_pod_has_ends_in_its_blackhole()
    {
        var path = await network.AgreeAsync(Far, "10.9.1.2", "10.9.0.9", IpProtocol.Tcp, 7);
        Assert.That((path.Verdict, path.Answer, path.Steps[^1].Namespace), Is.EqualTo((Verdict.NoRoute, (string?)null, Node)));
    }

    private sealed class CalicoNetwork : ProbedNetwork
    {
        public CalicoNetwork()
            : base(Script, Node, Web, Client, Stranger, Other, Far) => Load(Node, Policy);
    }
}
