using System.Collections.Immutable;
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

    /// <summary>-1 unknown.</summary>
    public int Ttl { get; init; } = -1;

    /// <summary>TCP header bits; -1 unknown.</summary>
    public int TcpFlags { get; init; } = -1;

    /// <summary>-1 for none.</summary>
    public int IcmpType { get; init; } = -1;

    public int IcmpCode { get; init; }

    /// <summary>What the source port may be where <see cref="Tuple"/> has 0 for it; null where it is known.</summary>
    public PortRange? SourcePorts { get; init; }

    /// <summary>The same of the destination port.</summary>
    public PortRange? DestinationPorts { get; init; }

    /// <summary>Null where the packet is untracked, or conntrack has not seen it yet.</summary>
    public Connection? Connection { get; init; }

    /// <summary>True once a rule of the raw table has told conntrack how to look at it (CT).</summary>
    public bool HasTemplate { get; init; }

    /// <summary>True for an error or reset that answers an untracked packet: conntrack looks at it, but CT rules come too late (nf_ct_attach).</summary>
    public bool IsPastTemplates { get; init; }

    /// <summary>Conntrack zone it is looked up in as a packet of a connection's original direction.</summary>
    public int OriginalZone { get; init; }

    /// <summary>The same for replies.</summary>
    public int ReplyZone { get; init; }

    /// <summary>ipvs_property: IPVS has dealt with it, or with what it was before, and looks at it no more.</summary>
    public bool IsPastIpvs { get; init; }

    /// <summary>True for packets against the connection's original direction.</summary>
    public bool IsReply { get; init; }

    /// <summary>Don't Fragment; IPv6 packets are never fragmented on the way.</summary>
    public bool DontFragment { get; init; }

    /// <summary>The bridge port a bridged packet came in by.</summary>
    public string? PhysicalIn { get; init; }

    /// <summary>The bridge port a bridged packet goes out by.</summary>
    public string? PhysicalOut { get; init; }

    /// <summary>DSCP and ECN bits; 0 for what sockets send by default.</summary>
    public byte TrafficClass { get; init; }

    /// <summary>Of the frame it came in with; none where it was sent here, or not known.</summary>
    public MacAddress SourceMac { get; init; }

    /// <summary>The same: a group here is what makes the packet one for a group (skb pkt_type, eth_type_trans).</summary>
    public MacAddress DestinationMac { get; init; }

    /// <summary>As rules name the kind of its frame's destination: unicast, broadcast, multicast.</summary>
    public string PacketType => DestinationMac == MacAddress.Broadcast ? "broadcast" : DestinationMac.IsGroup ? "multicast" : "unicast";

    /// <summary>The sender's own copy of what it sent to a group, though it comes in by another device than lo (PACKET_LOOPBACK).</summary>
    public bool IsLoopedBack { get; init; }

    /// <summary>It was sent here.</summary>
    public bool LoopsBack => In == "lo" || IsLoopedBack;

    /// <summary>No Ethernet frame brought it: it was sent here, or loops back.</summary>
    public bool HasNoFrame => In is null || LoopsBack;

    /// <summary>For an ICMP error: the packet it quotes, as the sender of the error saw it.</summary>
    public FiveTuple? IcmpError { get; init; }

    /// <summary>True for a packet of a connection that began before the walk: nat tables are not asked.</summary>
    public bool AssumeEstablished { get; init; }

    internal static ImmutableDictionary<OpenQuestion, bool> NothingGiven { get; } = ImmutableDictionary<OpenQuestion, bool>.Empty;

    /// <summary>What rules have asked and dumps cannot tell, with the answers that the packet's way takes for granted.</summary>
    internal ImmutableDictionary<OpenQuestion, bool> Given { get; init; } = NothingGiven;

    /// <summary>The answer that its way takes for granted; Unknown where nobody has asked.</summary>
    internal Answer Granted(OpenQuestion? question) => question is { } q && Given.TryGetValue(q, out var answer) ? RuleMatcher.Of(answer) : Answer.Unknown;

    /// <summary>The packet on a way that takes an answer for granted; as it is where the next asking may be answered otherwise.</summary>
    internal PacketState Grant(OpenQuestion? question, bool answer) => question is { } q ? this with { Given = Given.SetItem(q, answer) } : this;

    /// <summary>The packet as conntrack has not seen it, nor a rule's template (nf_reset_ct, include/linux/skbuff.h).</summary>
    public PacketState WithoutConnection() => this with
    {
        Connection = null,
        ConntrackState = "NEW",
        IsReply = false,
        IsDestinationTranslated = false,
        IsSourceTranslated = false,
        HasTemplate = false,
        IsPastTemplates = false,
        OriginalZone = 0,
        ReplyZone = 0,
    };
}
