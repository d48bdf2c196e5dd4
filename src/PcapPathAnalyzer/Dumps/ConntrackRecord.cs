using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps;

/// <summary>A connection tracking entry, as <c>conntrack -L</c> or /proc/net/nf_conntrack print it (conntrack(8)).</summary>
public sealed record ConntrackRecord : DumpRecord
{
    public override string Kind => "conntrack";

    /// <summary>The tuple as the first packet had it. ICMP: the identifier in both ports.</summary>
    public required FiveTuple Original { get; init; }

    /// <summary>The tuple that replies carry, before they are translated back.</summary>
    public required FiveTuple Reply { get; init; }

    /// <summary>TCP and SCTP state; null for others.</summary>
    public string? State { get; init; }

    /// <summary>Seconds; -1 where not printed.</summary>
    public long Timeout { get; init; } = -1;

    public bool Unreplied { get; init; }

    public bool Assured { get; init; }

    public uint Mark { get; init; }

    public int Zone { get; init; }

    /// <summary>Packets and bytes of each direction, where accounting is on; -1 where not.</summary>
    public long OriginalPackets { get; init; } = -1;

    public long ReplyPackets { get; init; } = -1;

    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();

    public bool IsSourceNat => Reply.Destination != Original.Source || Reply.DestinationPort != Original.SourcePort;

    public bool IsDestinationNat => Reply.Source != Original.Destination || Reply.SourcePort != Original.DestinationPort;
}
