using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>Where the packets of a failed flow were last seen, and what the dumps say should have happened next there.</summary>
internal sealed record LostPacket
{
    public required Flow Flow { get; init; }

    public required bool IsReply { get; init; }

    /// <summary>The packets that were lost; never empty.</summary>
    public required IReadOnlyList<Transmission> Packets { get; init; }

    public required Hop Last { get; init; }

    /// <summary>The namespace whose stack had the packet next.</summary>
    public required NetworkNamespace Place { get; init; }

    public required LossStage Stage { get; init; }

    /// <summary>As that stack routes it: the destination already translated where a translation was observed or is in conntrack.</summary>
    public required FiveTuple Tuple { get; init; }

    /// <summary>The Ethernet addresses around it where it was last seen; none where there were none.</summary>
    public MacPair Macs { get; init; }

    /// <summary>Where the DNAT rules of <see cref="Place"/> may have sent it, where no capture and no conntrack entry shows the translation.</summary>
    public IReadOnlyList<(FiveTuple Tuple, Citation Rule)> Predicted { get; init; } = [];

    /// <summary>The device the packet enters <see cref="Place"/> by, as routing and netfilter see it.</summary>
    public string? Ingress { get; init; }

    /// <summary>True where the packet reached the namespace it was meant for.</summary>
    public bool HasArrived { get; init; }

    /// <summary>Null where the dumps have no route (or no routes at all, see <see cref="RoutesKnown"/>), or the destination is local.</summary>
    public RouteRecord? Route { get; init; }

    public bool IsLocal { get; init; }

    /// <summary>Routes of the destination's family were dumped there.</summary>
    public bool RoutesKnown { get; init; }

    /// <summary>Who sends the tunnel's packet that it is in; null where it is in none, or nobody in the bundle has that address.</summary>
    public NetworkNamespace? OuterSender { get; init; }

    public FlowDirection Direction => IsReply ? Flow.Reply : Flow.Forward;

    /// <summary>The stack of <see cref="Place"/> had to route it.</summary>
    public bool IsForwarded => Stage == LossStage.Received && !IsLocal;

    /// <summary>The stack had it and it is not known where to: several endpoints are possible.</summary>
    public bool IsDestinationOpen => Predicted.Count > 1;

    /// <summary>It had to leave <see cref="Place"/> by <see cref="Route"/>: routed there, or given to the tunnel device just now.</summary>
    public bool IsLeaving => IsForwarded || Stage == LossStage.Encapsulating;

    /// <summary>The gateway, or the destination itself where the route is direct.</summary>
    public IpAddress NextHop => Route?.NextHops is [{ Gateway.IsNone: false } hop, ..] ? hop.Gateway : Tuple.Destination;

    public string? OutDevice => Route?.NextHops is [var hop, ..] ? hop.Device : null;

    public NeighbourRecord? Neighbour => Find(NextHop, OutDevice);

    public NeighbourRecord? Find(IpAddress address, string? device) => Place.Neighbours.FirstOrDefault(n => n.Address == address && (n.Interface is null || device is null || n.Interface == device));

    /// <summary>The device that the route to an address leads out of, in the place's tables; null where none is known.</summary>
    public string? DeviceTo(IpAddress address) => RouteLookup.Find(Place, address)?.NextHops is [var hop, ..] ? hop.Device : null;

    /// <summary>The same packet with the destination that one DNAT rule gives.</summary>
    public LostPacket To(FiveTuple tuple) => this with { Tuple = tuple, IsLocal = RouteLookup.IsLocal(Place, tuple.Destination), Route = RouteLookup.Find(Place, tuple.Destination), Predicted = [] };
}
