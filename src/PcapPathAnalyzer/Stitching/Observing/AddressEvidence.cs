using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Building;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>
/// Finds out who has an address that no dump knows: a namespace without a dump of its addresses in whose captures all
/// packets of its family begin or end with that address. A host that forwards sees packets of others too, or sees them after a router. What goes
/// over lo stays where it was captured.
/// </summary>
internal sealed class AddressEvidence(Network network)
{
    // A namespace has an address of each family.
    private readonly Dictionary<(string Namespace, bool IsIpv4), Sight> byNamespace = [];

    /// <summary>Names the ends of flows that the dumps do not name.</summary>
    public static void Apply(IReadOnlyList<Flow> flows, Network network)
    {
        if (flows.All(f => f is { ClientNamespace: not null, ServerNamespace: not null }))
            return;
        var evidence = new AddressEvidence(network);
        foreach (var flow in flows)
        {
            evidence.Note(flow.Forward.Hops);
            evidence.Note(flow.Reply.Hops);
        }

        var owners = evidence.Owners();
        foreach (var flow in flows)
        {
            if (flow.Requested is { Source.IsLoopback: true, Destination.IsLoopback: true } && flow.Forward.Hops is { Count: > 0 } hops && hops.All(h => h.Point.Namespace == hops.PointAt(0).Namespace))
            {
                flow.ClientNamespace ??= hops.PointAt(0).Namespace;
                flow.ServerNamespace ??= hops.PointAt(0).Namespace;
                continue;
            }

            if (flow.ClientNamespace is null && owners.TryGetValue(flow.Requested.Source, out var client))
                flow.ClientNamespace = Infer(flow, flow.Requested.Source, client);
            if (flow is { ServerNamespace: null, Served: { } served } && owners.TryGetValue(served.Destination, out var server))
                flow.ServerNamespace = Infer(flow, served.Destination, server);
        }
    }

    private static string Infer(Flow flow, IpAddress address, string ns)
    {
        flow.Inferred.Add($"inferred: no dump says who has {address}; all packets of its family captured in {ns} begin or end with it");
        return ns;
    }

    private void Note(HopList hops)
    {
        for (var i = 0; i < hops.Count; i++)
        {
            var hop = hops[i];
            if (network.Find(hop.Point.Namespace) is { } ns && ns.Interfaces.Any(d => d.Addresses.Count > 0))
                continue;
            var tuple = hop.Tuple;
            if (tuple.Source.IsLoopback || tuple.Destination.IsMulticast || tuple.Source.IsLinkLocal)
                continue;
            var key = (hop.Point.Namespace, tuple.Source.IsIpv4);
            if (!byNamespace.TryGetValue(key, out var sight))
                byNamespace.Add(key, sight = new Sight());
            sight.Hops++;
            // An own packet leaves with its first TTL, before anybody else saw it; one that arrives is not seen again elsewhere.
            if (!hop.IsTunnelled && IsFirst(hops, i) && PathOrder.TtlDrop((byte)hop.Ttl) == 0)
                sight.Own[tuple.Source] = sight.Own.GetValueOrDefault(tuple.Source) + 1;
            if (!hop.IsTunnelled && IsLast(hops, i))
                sight.Own[tuple.Destination] = sight.Own.GetValueOrDefault(tuple.Destination) + 1;
        }
    }

    private static bool IsFirst(HopList hops, int i) => hops[0].Point.Namespace == hops[i].Point.Namespace;

    private static bool IsLast(HopList hops, int i) => hops[hops.Count - 1].Point.Namespace == hops[i].Point.Namespace;

    private Dictionary<IpAddress, string> Owners()
    {
        var owners = new Dictionary<IpAddress, string>();
        foreach (var ((ns, _), sight) in byNamespace.OrderBy(static p => p.Key.Namespace, StringComparer.Ordinal).ThenBy(static p => p.Key.IsIpv4))
        {
            foreach (var address in sight.Own.Where(p => p.Value == sight.Hops && network.Owner(p.Key) is null).Select(p => p.Key))
                owners.TryAdd(address, ns);
        }

        return owners;
    }

    private sealed class Sight
    {
        public int Hops { get; set; }

        /// <summary>Hops at which a packet of this address begins or ends.</summary>
        public Dictionary<IpAddress, int> Own { get; } = [];
    }
}
