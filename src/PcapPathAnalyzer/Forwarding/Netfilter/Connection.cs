using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>
/// A connection as one namespace's conntrack knows it while a packet is walked (net/netfilter/nf_conntrack_core.c). A port of 0 is one
/// that the dumps do not tell; the ranges say what it may be.
/// </summary>
public sealed record Connection
{
    public required int Id { get; init; }

    public required NetworkNamespace Namespace { get; init; }

    /// <summary>Zone of the original direction.</summary>
    public int Zone { get; init; }

    public int ReplyZone { get; init; }

    /// <summary>As the first packet came.</summary>
    public required FiveTuple Original { get; init; }

    public PortRange? OriginalSourcePorts { get; init; }

    /// <summary>What the asked port may be, where another namespace's translation left it open.</summary>
    public PortRange? OriginalDestinationPorts { get; init; }

    /// <summary>As replies come: the inverse of the original after translation.</summary>
    public required FiveTuple Reply { get; init; }

    /// <summary>What the translated source port may be.</summary>
    public PortRange? ReplyDestinationPorts { get; init; }

    public PortRange? ReplySourcePorts { get; init; }

    public uint Mark { get; init; }

    /// <summary>The mark that rules of nat tables gave its first packet; null where the walk's packet is the first.</summary>
    public uint? FirstMark { get; init; }

    /// <summary>IPS_DST_NAT_DONE: the nat table is not asked again for the destination.</summary>
    public bool IsDestinationDone { get; init; }

    /// <summary>IPS_SRC_NAT_DONE.</summary>
    public bool IsSourceDone { get; init; }

    /// <summary>IPS_CONFIRMED: its first packet has left the namespace or was delivered; one that was dropped before never was a connection.</summary>
    public bool IsConfirmed { get; init; }

    public bool IsReplySeen { get; init; }

    /// <summary>Is this a packet of the reply direction, as far as the ports are known?</summary>
    public bool IsReply(FiveTuple tuple) =>
        Reply == tuple
        || (tuple.Source == Reply.Source && tuple.Destination == Reply.Destination && tuple.Protocol == Reply.Protocol
            && Fits(tuple.SourcePort, Reply.SourcePort, ReplySourcePorts) && Fits(tuple.DestinationPort, Reply.DestinationPort, ReplyDestinationPorts));

    /// <summary>IPS_DST_NAT, where IPVS has changed what replies look like, which is no translation of conntrack's; null where the addresses say it.</summary>
    public bool? IsDestinationNat { get; init; }

    public bool IsDestinationTranslated => IsDestinationNat ?? (Reply.Source != Original.Destination || Reply.SourcePort != Original.DestinationPort || ReplySourcePorts != OriginalDestinationPorts);

    public bool IsSourceTranslated => Reply.Destination != Original.Source || Reply.DestinationPort != Original.SourcePort || ReplyDestinationPorts != OriginalSourcePorts;

    private static bool Fits(ushort port, ushort known, PortRange? range) => range is { } r ? port == 0 || (port >= r.First && port <= r.Last) : port == known;
}
