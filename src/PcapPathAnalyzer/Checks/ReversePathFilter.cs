using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Checks;

/// <summary>
/// Pods' packets that come in by a device with a strict reverse path filter, where the way back leaves by another one: dropped without a word
/// (RFC 3704; net/ipv4/fib_frontend.c, fib_validate_source).
/// </summary>
internal sealed class ReversePathFilter : IDumpCheck
{
    /// <summary>Peers that a node is held against; more would make the check cubic in the cluster's size and find the same cause again.</summary>
    private const int MaxPeers = 64;

    private static readonly CheckCode Code = new("reverse-path-filter", Severity.Error, "Packets come in by a device with strict rp_filter, and the route back to their source leaves by another: they are dropped.");

    public IReadOnlyList<CheckCode> Codes { get; } = [Code];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps)
    {
        foreach (var node in dumps.Nodes.Where(n => n.Sysctls.Count > 0 && HasOnlyUsualRules(n)))
        {
            var told = new HashSet<(NetworkInterface, string)>();
            foreach (var peer in dumps.Nodes.Where(n => n != node).Take(MaxPeers))
            {
                foreach (var (here, there) in dumps.PodSubnets.Where(s => s.Node == node).SelectMany(h => dumps.PodSubnets.Where(s => s.Node == peer).Select(t => (h, t))))
                {
                    if (Check(node, here, there) is { } found && told.Add((found.Arrival, found.Back)))
                        yield return found.Remark;
                }
            }
        }
    }

    private static (NetworkInterface Arrival, string Back, DumpRemark Remark)? Check(NetworkNamespace node, PodSubnet here, PodSubnet there)
    {
        if (RouteLookup.Find(there.Node, here.Bridge.Addresses[0].Address.Address) is not { NextHops: [var hop] } route || hop.Device is null || Arrival(node, there.Node, hop) is not { } arrival)
            return null;
        if (Sysctl.StrictReversePath(node, arrival.Name) is not { } strict || RouteLookup.Find(node, there.Bridge.Addresses[0].Address.Address) is not { NextHops: [{ Device: { } back }] } way || back == arrival.Name)
            return null;
        return (arrival, back, Code.At(node, strict.Location,
            $"{strict.Name} is 1: what {there.Node} sends from {there.Prefix} comes in by {arrival.Name} ({Words.At(route.Location)}), but the route back leaves by {back} ({Words.At(way.Location)})", route.Location, way.Location));
    }

    // A tunnel's packet comes out of the peer's tunnel device; any other comes in where the gateway's address is.
    private static NetworkInterface? Arrival(NetworkNamespace node, NetworkNamespace peer, NextHop hop)
    {
        if (peer.Interface(hop.Device!) is { IsVxlan: true } tunnel)
            return tunnel.TunnelPeers.FirstOrDefault(p => p.Namespace == node);
        return hop.Gateway.IsNone ? null : node.Interfaces.FirstOrDefault(i => !i.IsVxlan && i.Addresses.Any(a => a.Address.Address == hop.Gateway));
    }

    // Other routing tables may hold another way back.
    private static bool HasOnlyUsualRules(NetworkNamespace node) =>
        node.PolicyRules.All(r => r.Action == "lookup" && r.Table is "local" or "main" or "default" or "255" or "254" or "253");
}
