using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching;

/// <summary>How a flow ended.</summary>
public enum FlowOutcome
{
    /// <summary>TCP closed by both sides; a datagram that was answered.</summary>
    Completed,

    /// <summary>Established and alive when the captures ended.</summary>
    Open,

    /// <summary>RST from the server's side in answer to the SYN, or ICMP port unreachable from the server itself.</summary>
    Refused,

    /// <summary>An ICMP error, or a REJECT rule.</summary>
    Rejected,

    /// <summary>Nothing came back, as far as captured.</summary>
    Unanswered,

    /// <summary>RST after the connection was established and before it was closed.</summary>
    Reset,

    /// <summary>The other side answers, and its answers do not arrive.</summary>
    OneWay,

    /// <summary>Began well, then data no longer got through.</summary>
    Stalled,
}

/// <summary>One end-to-end connection: all legs, both directions, all capture points.</summary>
public sealed class Flow
{
    /// <summary>From 1, in order of the first packet.</summary>
    public int Number { get; internal set; }

    /// <summary><c>f1</c>, <c>f2</c>, ...</summary>
    public string Id => $"f{Number}";

    public required IpProtocol Protocol { get; init; }

    /// <summary>What the client sent: its own address, and what it asked for.</summary>
    public required FiveTuple Requested { get; init; }

    /// <summary>What the server saw; equal to <see cref="Requested"/> without translation; null where it is not known.</summary>
    public FiveTuple? Served { get; internal set; }

    /// <summary>Namespace of the client's address; null where no dump knows it.</summary>
    public string? ClientNamespace { get; internal set; }

    public string? ServerNamespace { get; internal set; }

    /// <summary>True where no handshake or request shows who is the client, and ports or services decided.</summary>
    public bool IsDirectionInferred { get; init; }

    public FlowOutcome Outcome { get; internal set; }

    public required FlowDirection Forward { get; init; }

    public required FlowDirection Reply { get; init; }

    public int Retransmissions => Forward.Retransmissions + Reply.Retransmissions;

    public Timestamp FirstTime { get; init; }

    public Timestamp LastTime { get; init; }

    /// <summary>Why what was seen is one flow: each sentence begins with the kind of evidence.</summary>
    public IReadOnlyList<string> Joins => FlowReasons.Of(this);

    /// <summary>What was taken from the packets because no dump says it, in words.</summary>
    internal List<string> Inferred { get; } = [];

    internal IReadOnlyList<FlowJoin> Joined { get; init; } = [];

    /// <summary>What the client's packets became behind the last capture point that saw them; null where nothing did, or nobody knows.</summary>
    public UnseenTranslation? Unseen { get; internal set; }

    /// <summary>ICMP errors that quote a packet of this flow.</summary>
    public IReadOnlyList<IcmpErrorSeen> IcmpErrors { get; init; } = [];

    /// <summary>True where the server saw another address or port than the client's.</summary>
    public bool IsClientTranslated => Served is { } s && (s.Source != Requested.Source || s.SourcePort != Requested.SourcePort);
}

/// <summary>One thing that happened to the packets: <c>dnat</c>, <c>snat</c>, <c>masquerade</c>, <c>un-nat</c>, <c>vxlan-encap</c>, <c>vxlan-decap</c>, <c>route</c>, <c>bridge</c>, <c>veth</c>, ...</summary>
public sealed record HopAction(string Name)
{
    /// <summary>The dump line that decided it; null where none was found.</summary>
    public Citation? Citation { get; init; }
}

/// <summary>A translation that no capture point lies behind, known from a conntrack entry or because the dumped rules leave no other.</summary>
/// <param name="Namespace">Where it was made.</param>
/// <param name="After">The client's packets behind it.</param>
/// <param name="Actions"><c>dnat</c> and, where the client was translated as well, <c>snat</c> or <c>masquerade</c>; each with its rule where one fits.</param>
public sealed record UnseenTranslation(string Namespace, FiveTuple After, IReadOnlyList<HopAction> Actions);

/// <summary>A dump line, and the lines that led to it.</summary>
public sealed record Citation(SourceLocation Location, string Text)
{
    /// <summary>Lines that led here, in the kernel's order: for a rule, the jumps from the built-in chain.</summary>
    public IReadOnlyList<Citation> Path { get; init; } = [];

    public bool Equals(Citation? other) => other is not null && Location == other.Location && Text == other.Text && Path.SequenceEqual(other.Path);

    public override int GetHashCode() => HashCode.Combine(Location, Text);
}

/// <summary>An ICMP error that quotes a packet of a flow.</summary>
public sealed record IcmpErrorSeen(IpAddress Sender, int Type, int Code, CapturePoint Point, long Frame)
{
    /// <summary>True where it travels from server to client and so is about what the client sent.</summary>
    public bool IsReply { get; init; }

    /// <summary>Corrected, nanoseconds.</summary>
    public long Time { get; init; }
}
