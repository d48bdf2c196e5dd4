using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Dumps.Nftables;
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
        var found = new List<DumpRemark>();
        foreach (var node in dumps.Nodes)
        {
            foreach (var isIpv6 in (ReadOnlySpan<bool>)[false, true])
            {
                var packets = PodPackets(dumps, node, isIpv6).ToList();
                foreach (var chain in DroppingChains(node, isIpv6))
                {
                    var (at, name) = (chain.Chain.PolicyLine.Location, Name(chain));
                    if (packets.Find(p => IsDropped(chain, p)) is { } lost)
                        found.Add(Code.At(node, at, $"the policy of {name} is DROP, and no rule accepts a new connection from {lost.Tuple.Source} to {lost.Tuple.Destination} ({lost.In} to {lost.Out})"));
                    else if (packets.Count == 0 && Forwards(dumps, node) && !AcceptsSomething(chain))
                        found.Add(Code.At(node, at, $"the policy of {name} is DROP, and no rule that it leads to accepts anything"));
                }
            }
        }

        // A chain of inet sees both families.
        return found.DistinctBy(static r => r.Problem.Location);
    }

    private static IEnumerable<HookChain> DroppingChains(NetworkNamespace node, bool isIpv6) =>
        Hooks.At(node, "FORWARD", isIpv6).SelectMany(static e => e.Chains).Where(c => c.Chain.Policy == "DROP" && !c.Ruleset.IsCut);

    private static string Name(HookChain chain) => chain.Chain is NftChain ? $"{chain.Ruleset.Table} {chain.Chain.Name}" : chain.Chain.Name;

    // One packet out of the node's pod subnet and one into it, per route to other pods.
    private static IEnumerable<PacketState> PodPackets(DumpNetwork dumps, NetworkNamespace node, bool isIpv6)
    {
        foreach (var subnet in dumps.PodSubnets.Where(s => s.Node == node && s.Prefix.Address.IsIpv6 == isIpv6))
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

    private static bool IsDropped(HookChain chain, PacketState packet)
    {
        var any = false;
        foreach (var outcome in TableWalker.Walk(chain.Ruleset, chain.Chain, packet))
        {
            any = true;
            if (outcome.Verdict != "DROP" || outcome.Deciding is not null)
                return false;
        }

        return any;
    }

    private static bool Forwards(DumpNetwork dumps, NetworkNamespace node) =>
        dumps.Namespaces.Any(n => n.Node == node && n != node) || node.Interfaces.Any(i => i.Name.StartsWith("cali", StringComparison.Ordinal));

    private static bool AcceptsSomething(HookChain start)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<NetfilterChain>([start.Chain]);
        while (open.TryDequeue(out var chain))
        {
            foreach (var target in chain.AllRules.SelectMany(start.Ruleset.Targets))
            {
                if (target is VerdictTarget { Name: not "DROP" } or UnknownTarget)
                    return true;
                if (target is JumpTarget jump && seen.Add(jump.Name) && start.Ruleset.Chain(jump.Name) is { } next)
                    open.Enqueue(next);
            }
        }

        return false;
    }
}
