using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>Broadcast and multicast: who hears a packet, what its rules see of it, and who answers.</summary>
[NonParallelizable]
public sealed class GroupTests
{
    [Test]
    public async Task A_router_takes_what_is_for_everyone_and_for_groups_that_it_is_in()
    {
        using var network = new RouterNetwork();
        network.Set("""
            -A INPUT -m addrtype --dst-type BROADCAST -j ACCEPT
            -A INPUT -m addrtype --dst-type MULTICAST -j ACCEPT
            *mangle
            -A PREROUTING -m pkttype --pkt-type broadcast -j ACCEPT
            -A PREROUTING -m pkttype --pkt-type multicast -j ACCEPT
            -A OUTPUT -m pkttype --pkt-type unicast -j ACCEPT
            """);
        foreach (var (destination, protocol, verdict) in new[]
        {
            ("10.1.0.255", IpProtocol.Udp, Verdict.NoListener), ("255.255.255.255", IpProtocol.Udp, Verdict.NoListener), ("224.0.0.1", IpProtocol.Icmp, Verdict.Delivered),
            ("10.1.0.255", IpProtocol.Icmp, Verdict.Delivered), ("10.1.0.255", IpProtocol.Tcp, Verdict.NoListener), ("224.0.0.251", IpProtocol.Udp, Verdict.NoListener),
        })
        {
            var paths = await network.AgreeOnCopiesAsync(Probe.Of(RouterNetwork.ClientAddress, destination, protocol, protocol == IpProtocol.Icmp ? 0 : 7), RouterNetwork.Client);
            Assert.That(paths.Select(p => (p.Verdict, p.Answer)), Has.All.EqualTo((verdict, (string?)null)), $"{destination} {protocol}");
        }

        network.Run("on $router sysctl -qw net.ipv4.icmp_echo_ignore_broadcasts=0");
        foreach (var (source, destination) in new[] { (RouterNetwork.ClientAddress, "10.1.0.255"), ("fd01::2", "ff02::1") })
        {
            var path = (await network.AgreeOnCopiesAsync(Probe.Of(source, destination, source[0] == 'f' ? IpProtocol.Icmpv6 : IpProtocol.Icmp), RouterNetwork.Client)).Single(p => p.Steps[^1].Namespace == RouterNetwork.Router);
            Assert.That((path.Verdict, path.Answer, path.ReplyVerdict), Is.EqualTo((Verdict.Delivered, "reply", Verdict.Delivered)), destination);
        }
    }

    [TestCase(RouterNetwork.ClientAddress, "10.1.0.255", IpProtocol.Udp)]
    [TestCase(RouterNetwork.ClientAddress, "255.255.255.255", IpProtocol.Udp)]
    [TestCase(RouterNetwork.ClientAddress, "224.0.0.1", IpProtocol.Icmp)]
    [TestCase("fd01::2", "ff02::1", IpProtocol.Udp)]
    [TestCase("fd01::2", "ff02::1", IpProtocol.Icmpv6)]
    public async Task A_sender_gets_a_copy_of_its_own_which_counts_at_the_rules_that_the_walk_says_it_meets(string source, string destination, IpProtocol protocol)
    {
        using var network = new RouterNetwork();
        var isIpv6 = source.Contains(':', StringComparison.Ordinal);
        var of = $"-s {source}/{(isIpv6 ? 128 : 32)} -d {destination}/{(isIpv6 ? 128 : 32)}";
        network.Load(RouterNetwork.Client, $"""
            -A INPUT {of} -i eth0
            -A OUTPUT {of} -o eth0
            *raw
            -A PREROUTING {of} -m rpfilter
            -A PREROUTING {of} -m rpfilter --invert
            -A PREROUTING {of} -m mac ! --mac-source 02:00:00:00:00:01
            -A OUTPUT {of} -j MARK --set-mark 0x3
            *mangle
            -A PREROUTING {of} -m pkttype --pkt-type unicast
            -A PREROUTING {of} -m pkttype ! --pkt-type unicast -m mark --mark 0x3
            -A INPUT {of} -m conntrack --ctstate NEW
            -A POSTROUTING {of} -o eth0
            """, isIpv6);
        var paths = await network.AgreeOnCopiesAsync(Probe.Of(source, destination, protocol, protocol.HasPorts() ? 7 : 0), RouterNetwork.Client);
        Assert.That(paths.Select(p => p.Steps[^1].Namespace).Distinct(), Is.EquivalentTo(new[] { RouterNetwork.Client, RouterNetwork.Router }));
        // What two ways have in common happened once.
        var walked = paths.SelectMany(p => p.Steps).Where(s => s is { Kind: StepKind.Rule, Namespace: RouterNetwork.Client } && s.Table != TracedVisits.Tracing).Distinct(ReferenceEqualityComparer.Instance).Cast<PathStep>()
            .GroupBy(s => s.Text).ToDictionary(g => g.Key, g => g.Count());
        var counted = network.Output($"on $client {(isIpv6 ? "ip6tables" : "iptables")}-nft-save -c").Split('\n').Where(l => l.StartsWith('[') && !l.StartsWith("[0:", StringComparison.Ordinal))
            .ToDictionary(l => l[(l.IndexOf(']') + 2)..], l => int.Parse(l[1..l.IndexOf(':')], System.Globalization.CultureInfo.InvariantCulture));
        Assert.That(walked, Is.EquivalentTo(counted));
    }

    [TestCase("10.244.0.255", "")]
    [TestCase("224.0.0.1", "")]
    [TestCase("10.244.0.255", "on $node_a sysctl -qw net.bridge.bridge-nf-call-iptables=0")]
    [TestCase("10.244.0.255", "bridge -n $node_a link set dev va2 bcast_flood off")]
    [TestCase("224.0.0.1", "bridge -n $node_a link set dev va2 mcast_flood off")]
    [TestCase("10.244.0.255", "for p in va1 va2; do bridge -n $node_a link set dev $p isolated on; done")]
    public async Task A_bridge_copies_a_frame_for_a_group_to_its_host_and_to_its_ports(string destination, string script)
    {
        using var network = new ClusterNetwork();
        network.Run("bridge -n $node_a link set dev va1 hairpin off; " + script);
        var paths = await network.AgreeOnCopiesAsync(Probe.Of(ClusterNetwork.A1Address, destination, IpProtocol.Icmp), ClusterNetwork.A1, ClusterNetwork.NodeA);
        Assert.That(paths.Select(p => p.Steps[^1].Namespace), Is.EquivalentTo(script.Contains("off", StringComparison.Ordinal) || script.Contains("isolated", StringComparison.Ordinal) ? [ClusterNetwork.NodeA, ClusterNetwork.A1] : new[] { ClusterNetwork.NodeA, ClusterNetwork.A2, ClusterNetwork.A1 }));
        Assert.That(paths.Select(p => p.Verdict), Has.All.EqualTo(Verdict.Delivered));
    }
}
