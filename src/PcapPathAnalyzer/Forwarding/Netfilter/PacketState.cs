using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>Yes, no, or not to be known from dumps.</summary>
public enum Answer
{
    No,
    Yes,
    Unknown,
}

/// <summary>What a rule can ask of a packet, as it stands at one hook.</summary>
public sealed record PacketState
{
    public required FiveTuple Tuple { get; init; }

    /// <summary>skb mark.</summary>
    public uint Mark { get; init; }

    /// <summary>Null at OUTPUT.</summary>
    public string? In { get; init; }

    /// <summary>Null before routing.</summary>
    public string? Out { get; init; }

    /// <summary>NEW, ESTABLISHED, RELATED, INVALID, UNTRACKED.</summary>
    public string ConntrackState { get; init; } = "NEW";

    public bool IsDestinationTranslated { get; init; }

    public bool IsSourceTranslated { get; init; }

    /// <summary>IP packet, bytes; 0 unknown.</summary>
    public int Length { get; init; }

    public int Ttl { get; init; }

    /// <summary>TCP header bits; -1 unknown.</summary>
    public int TcpFlags { get; init; } = -1;

    /// <summary>-1 for none.</summary>
    public int IcmpType { get; init; } = -1;

    public int IcmpCode { get; init; }
}
