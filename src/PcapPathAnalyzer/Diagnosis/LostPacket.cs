using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>Where the packets of a failed flow were last seen, and what the dumps say should have happened next there.</summary>
internal sealed record LostPacket
{
    public required Flow Flow { get; init; }

    public required bool IsReply { get; init; }

    public required Hop Last { get; init; }

    /// <summary>The namespace whose stack had the packet next.</summary>
    public required NetworkNamespace Place { get; init; }

    /// <summary>As that stack routes it: the destination already translated where a translation was observed or is in conntrack.</summary>
    public required FiveTuple Tuple { get; init; }

    /// <summary>The device the packet enters <see cref="Place"/> by, as routing and netfilter see it.</summary>
    public string? Ingress { get; init; }

    /// <summary>Null where the dumps have no route (or no routes at all, see <see cref="RoutesKnown"/>), or the destination is local.</summary>
    public RouteRecord? Route { get; init; }

    public bool IsLocal { get; init; }

    public bool RoutesKnown { get; init; }

    public FlowDirection Direction => IsReply ? Flow.Reply : Flow.Forward;

    /// <summary>The gateway, or the destination itself where the route is direct.</summary>
    public IpAddress NextHop => Route?.NextHops is [{ Gateway.IsNone: false } hop, ..] ? hop.Gateway : Tuple.Destination;

    public string? OutDevice => Route?.NextHops is [var hop, ..] ? hop.Device : null;

    public NeighbourRecord? Neighbour => Place.Neighbours.FirstOrDefault(n => n.Address == NextHop && (n.Interface is null || n.Interface == OutDevice));

    /// <summary>The direction that fails: the reply where the server answered, the request where nothing came back.</summary>
    public static LostPacket? Of(Flow flow)
    {
        var isReply = flow.Reply.Packets > 0;
        var direction = isReply ? flow.Reply : flow.Forward;
        if (direction.Farthest(_ => true) is not { } last || last.Point.Home is not { } home)
            return null;
        var place = home.IsNode ? home : last.Point.Device?.Peer?.Namespace ?? home.Node;
        var target = isReply ? flow.Requested.Source : flow.Served?.Destination ?? flow.Requested.Destination;
        // It has arrived: what follows is the application's business.
        if (home.Name == (isReply ? flow.ClientNamespace : flow.ServerNamespace) && last.Tuple.Destination == target)
            return null;
        var device = home == place ? last.Point.Device : last.Point.Device?.Peer;
        var tuple = isReply ? last.Tuple : flow.Served ?? last.Tuple;
        return new LostPacket
        {
            Flow = flow,
            IsReply = isReply,
            Last = last,
            Place = place,
            Tuple = tuple,
            Ingress = device?.Master?.Name ?? device?.Name ?? last.Point.Interface,
            IsLocal = RouteLookup.IsLocal(place, tuple.Destination),
            Route = RouteLookup.Find(place, tuple.Destination),
            RoutesKnown = place.Routes.Count > 0 || place.DumpedKinds.Contains("ip-route"),
        };
    }
}
