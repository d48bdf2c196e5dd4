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
            var path = (await network.AgreeOnCopiesAsync(Probe.Of(source, destination, source[0] == 'f' ? IpProtocol.Icmpv6 : IpProtocol.Icmp), RouterNetwork.Client)).Single();
            Assert.That((path.Verdict, path.Answer, path.ReplyVerdict), Is.EqualTo((Verdict.Delivered, "reply", Verdict.Delivered)), destination);
        }
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
        Assert.That(paths.Select(p => p.Steps[^1].Namespace), Is.EquivalentTo(script.Contains("off", StringComparison.Ordinal) || script.Contains("isolated", StringComparison.Ordinal) ? [ClusterNetwork.NodeA] : new[] { ClusterNetwork.NodeA, ClusterNetwork.A2 }));
        Assert.That(paths.Select(p => p.Verdict), Has.All.EqualTo(Verdict.Delivered));
    }
}
