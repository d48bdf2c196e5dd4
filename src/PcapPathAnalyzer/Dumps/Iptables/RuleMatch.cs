using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Iptables;

/// <summary>One condition of a rule (iptables-extensions(8)). <see cref="Negated"/> is the <c>!</c> before it.</summary>
public abstract record RuleMatch
{
    public bool Negated { get; init; }

    /// <summary>The condition as the dump spells it.</summary>
    public required string Text { get; init; }

    /// <summary>The extension that asks it, the word after <c>-m</c>: <c>tcp</c>, <c>conntrack</c>, ...; empty for <c>-s -d -i -o -p -f</c>.</summary>
    public string Extension { get; internal set; } = "";
}

/// <summary><c>-s</c> or <c>-d</c>. A mask with holes is kept in <paramref name="Mask"/>, otherwise null.</summary>
public sealed record AddressMatch(bool IsSource, IpPrefix Prefix, IpAddress? Mask = null) : RuleMatch;

/// <summary><c>-i</c> or <c>-o</c>; a trailing <c>+</c> is a wildcard.</summary>
public sealed record InterfaceMatch(bool IsIncoming, string Name) : RuleMatch;

/// <summary><c>-p</c>; null is <c>all</c>.</summary>
public sealed record ProtocolMatch(IpProtocol? Protocol) : RuleMatch;

/// <summary><c>-f</c>: second and later fragments.</summary>
public sealed record FragmentMatch : RuleMatch;

public enum PortSide
{
    Source,
    Destination,

    /// <summary><c>multiport --ports</c>: either.</summary>
    Either,
}

/// <summary>tcp, udp, sctp <c>--sport/--dport</c> and multiport; ranges inclusive.</summary>
public sealed record PortMatch(PortSide Side, IReadOnlyList<(ushort First, ushort Last)> Ranges) : RuleMatch;

/// <summary><c>--tcp-flags MASK COMP</c>; <c>--syn</c> is FIN,SYN,RST,ACK SYN. Bits as in the TCP header.</summary>
public sealed record TcpFlagsMatch(byte Mask, byte Set) : RuleMatch;

/// <summary><c>-m icmp --icmp-type</c>; type 255 is any, code -1 is any.</summary>
public sealed record IcmpTypeMatch(int Type, int FirstCode, int LastCode) : RuleMatch;

/// <summary><c>-m conntrack</c> and <c>-m state</c>: NEW, ESTABLISHED, RELATED, INVALID, UNTRACKED, SNAT, DNAT.</summary>
public sealed record ConntrackStateMatch(IReadOnlyList<string> States) : RuleMatch;

/// <summary><c>--ctstatus</c>: NONE, EXPECTED, SEEN_REPLY, ASSURED, CONFIRMED.</summary>
public sealed record ConntrackStatusMatch(IReadOnlyList<string> Status) : RuleMatch;

public enum ConntrackField
{
    OriginalSource,
    OriginalDestination,
    ReplySource,
    ReplyDestination,
}

/// <summary><c>--ctorigsrc</c> and its kind.</summary>
public sealed record ConntrackAddressMatch(ConntrackField Field, IpPrefix Prefix) : RuleMatch;

/// <summary><c>--ctorigsrcport</c> and its kind; inclusive.</summary>
public sealed record ConntrackPortMatch(ConntrackField Field, ushort First, ushort Last) : RuleMatch;

/// <summary><c>--ctproto</c>.</summary>
public sealed record ConntrackProtocolMatch(IpProtocol Protocol) : RuleMatch;

/// <summary><c>--ctdir</c>.</summary>
public sealed record ConntrackDirectionMatch(bool IsReply) : RuleMatch;

/// <summary><c>-m mark</c> (the packet's) or <c>-m connmark</c> (the connection's): (mark &amp; mask) == value.</summary>
public sealed record MarkMatch(bool IsConnection, uint Value, uint Mask) : RuleMatch;

/// <summary><c>-m comment</c>: always true.</summary>
public sealed record CommentMatch(string Comment) : RuleMatch;

/// <summary><c>-m addrtype --src-type/--dst-type</c>: LOCAL, UNICAST, BROADCAST, MULTICAST, ...</summary>
public sealed record AddressTypeMatch(bool IsSource, IReadOnlyList<string> Types, bool LimitToIncoming = false, bool LimitToOutgoing = false) : RuleMatch;

/// <summary><c>-m set --match-set NAME src,dst</c>; <paramref name="Options"/> are the further words.</summary>
public sealed record SetMatch(string Set, IReadOnlyList<string> Directions, IReadOnlyList<string> Options) : RuleMatch;

/// <summary><c>-m statistic --mode random --probability P</c>; or nth with <paramref name="Every"/> and <paramref name="Packet"/>.</summary>
public sealed record StatisticMatch(double? Probability, int Every = 0, int Packet = 0) : RuleMatch;

/// <summary><c>-m mac --mac-source</c>.</summary>
public sealed record MacMatch(MacAddress Source) : RuleMatch;

/// <summary><c>-m iprange</c>; inclusive.</summary>
public sealed record AddressRangeMatch(bool IsSource, IpAddress First, IpAddress Last) : RuleMatch;

/// <summary><c>-m physdev</c>; the bridge port a bridged packet came in on or goes out on, null where not asked.</summary>
public sealed record PhysicalDeviceMatch(string? In, string? Out, bool? IsIn, bool? IsOut, bool? IsBridged) : RuleMatch;

/// <summary><c>-m length</c>; inclusive, bytes of the IP packet.</summary>
public sealed record LengthMatch(int First, int Last) : RuleMatch;

/// <summary><c>-m ttl</c> or <c>-m hl</c>: <c>eq</c>, <c>lt</c>, <c>gt</c>.</summary>
public sealed record TtlMatch(string Comparison, int Value) : RuleMatch;

/// <summary><c>-m tcpmss</c>; inclusive.</summary>
public sealed record TcpMssMatch(int First, int Last) : RuleMatch;

/// <summary><c>-m dscp</c>, <c>-m tos</c> or <c>-m ecn --ecn-ip-ect</c>: (traffic class &amp; mask) == value.</summary>
public sealed record TrafficClassMatch(byte Value, byte Mask) : RuleMatch;

/// <summary><c>-m frag</c>, <c>hbh</c>, <c>dst</c>, <c>rt</c>, <c>srh</c>, <c>mh</c>: the packet has this extension header, and it looks so.</summary>
public sealed record ExtensionHeaderMatch : RuleMatch;

/// <summary><c>-m ipv6header --header</c>.</summary>
/// <param name="AsksUpper"><c>prot</c>, an upper layer's header, is among the names.</param>
/// <param name="AsksOthers">An extension header is.</param>
/// <param name="IsSoft">These and maybe more; otherwise exactly these.</param>
/// <param name="IsInverted">Its <c>!</c>, which with <c>--soft</c> is not simply the opposite: none of these.</param>
public sealed record Ip6HeadersMatch(bool AsksUpper, bool AsksOthers, bool IsSoft, bool IsInverted) : RuleMatch;

/// <summary><c>-m pkttype</c>: unicast, broadcast, multicast.</summary>
public sealed record PacketTypeMatch(string Type) : RuleMatch;

/// <summary><c>-m rpfilter</c>: the way back to the source leads out of the device that the packet came in by.</summary>
/// <param name="IsLoose">By any device.</param>
/// <param name="UsesMark">The packet's mark counts for the way back.</param>
/// <param name="AcceptsLocal">The namespace's own addresses count as sources.</param>
/// <param name="IsInverted">Its own <c>--invert</c>.</param>
public sealed record ReversePathMatch(bool IsLoose, bool UsesMark, bool AcceptsLocal, bool IsInverted) : RuleMatch;

/// <summary>
/// A condition whose answer no dump can give (limit, hashlimit, recent, owner, u32, bpf, string, time, socket, an unknown module): cannot-know, never a silent yes or no.
/// </summary>
/// <param name="IsUnderstood">True where the module is known and merely unknowable; false where the program does not know it.</param>
public sealed record UnknowableMatch(string Module, bool IsUnderstood) : RuleMatch;
