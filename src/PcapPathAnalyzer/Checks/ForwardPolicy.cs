using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Checks;

/// <summary>A node whose FORWARD policy is DROP and which accepts nothing of what its pods send to the pods of other nodes.</summary>
internal sealed class ForwardPolicy : IDumpCheck
{
    private static readonly CheckCode Code = new("forward-policy-drop", Severity.Error, "The FORWARD chain's policy is DROP and no rule accepts new connections between pods.");

    public IReadOnlyList<CheckCode> Codes { get; } = [Code];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps)
    {
        foreach (var node in dumps.Nodes)
        {
            foreach (var table in node.Tables.Where(t => t.Name == "filter" && !t.IsCut))
            {
                if (!table.Chains.TryGetValue("FORWARD", out var chain) || chain.Policy != "DROP")
                    continue;
                var packets = PodPackets(dumps, node, table.IpVersion).ToList();
                var lost = packets.Find(p => IsDropped(node, table, p));
                if (lost is not null)
                    yield return Code.At(node, chain.Location, $"the policy of FORWARD is DROP, and no rule accepts a new connection from {lost.Tuple.Source} to {lost.Tuple.Destination} ({lost.In} to {lost.Out})");
                else if (packets.Count == 0 && Forwards(dumps, node) && !AcceptsSomething(table, chain))
                    yield return Code.At(node, chain.Location, "the policy of FORWARD is DROP, and no rule that it leads to accepts anything");
            }
        }
    }

    // One packet out of the node's pod subnet and one into it, per route to other pods.
    private static IEnumerable<PacketState> PodPackets(DumpNetwork dumps, NetworkNamespace node, int version)
    {
        foreach (var subnet in dumps.PodSubnets.Where(s => s.Node == node && s.Prefix.Address.IsIpv4 == (version == 4)))
        {
            var routes = node.Routes.Where(r => r.Type == "unicast" && r.Destination.Length > 0 && !r.Destination.IsHost && r.Destination.Address.IsIpv4 == subnet.Prefix.Address.IsIpv4
                && dumps.PodSubnets.Any(s => s.Node != node && r.Destination.Contains(s.Prefix)));
            foreach (var (route, hop) in routes.SelectMany(r => r.NextHops.Select(h => (r, h))).Where(p => !p.h.Gateway.IsNone && p.h.Device is not null).DistinctBy(p => p.h.Device))
            {
                var (here, there) = (PodIn(subnet.Prefix), PodIn(route.Destination));
                yield return Packet(here, there, subnet.Bridge.Name, hop.Device!);
                yield return Packet(there, here, hop.Device!, subnet.Bridge.Name);
            }
        }
    }

    private static PacketState Packet(IpAddress from, IpAddress to, string into, string outOf) =>
        new() { Tuple = new FiveTuple(from, 40_000, to, 8080, IpProtocol.Tcp), In = into, Out = outOf, TcpFlags = 2 };

    // The third address of a subnet: the first are the network's and the bridge's.
    private static IpAddress PodIn(IpPrefix prefix)
    {
        var network = prefix.Network.Address;
        return network.IsIpv4 ? IpAddress.FromIpv4(network.Ipv4Value + 2) : IpAddress.FromIpv6(network.High, network.Low + 2);
    }

    private static bool IsDropped(NetworkNamespace node, IptablesTable table, PacketState packet)
    {
        var any = false;
        foreach (var outcome in TableWalker.Walk(node, table, "FORWARD", packet))
        {
            any = true;
            if (outcome.Verdict != "DROP" || outcome.Deciding is not null)
                return false;
        }

        return any;
    }

    private static bool Forwards(DumpNetwork dumps, NetworkNamespace node) =>
        dumps.Namespaces.Any(n => n.Node == node && n != node) || node.Interfaces.Any(i => i.Name.StartsWith("cali", StringComparison.Ordinal));

    private static bool AcceptsSomething(IptablesTable table, IptablesChain start)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<IptablesChain>([start]);
        while (open.TryDequeue(out var chain))
        {
            foreach (var rule in chain.Rules)
            {
                if (rule.Target is VerdictTarget { Name: not "DROP" } or UnknownTarget)
                    return true;
                if (rule.Target is JumpTarget jump && seen.Add(jump.Name) && table.Chains.TryGetValue(jump.Name, out var next))
                    open.Enqueue(next);
            }
        }

        return false;
    }
}
