using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Iptables;

/// <summary>What a rule does with a packet that matches (iptables-extensions(8)).</summary>
public abstract record RuleTarget
{
    /// <summary>The target's word: ACCEPT, DNAT, KUBE-SERVICES, ...</summary>
    public required string Name { get; init; }

    /// <summary>Options that have no field of their own, as printed: <c>--log-prefix "x"</c>, <c>--queue-num 1</c>, <c>--helper ftp</c>.</summary>
    public string Options { get; init; } = "";
}

/// <summary>ACCEPT, DROP, QUEUE, NFQUEUE: ends the table. What a queue's program decides cannot be known.</summary>
public sealed record VerdictTarget : RuleTarget;

/// <summary>RETURN: ends the chain.</summary>
public sealed record ReturnTarget : RuleTarget;

/// <summary><c>-j CHAIN</c>, or <c>-g CHAIN</c>, which does not come back.</summary>
public sealed record JumpTarget(bool IsGoto) : RuleTarget;

/// <summary>REJECT; <paramref name="With"/> is an ICMP error's name or <c>tcp-reset</c>.</summary>
public sealed record RejectTarget(string With) : RuleTarget;

/// <summary>MARK: mark = (mark &amp; ~<paramref name="Clear"/>) ^ <paramref name="Xor"/>; every --set, --and, --or, --xor form is this.</summary>
public sealed record MarkTarget(uint Clear, uint Xor) : RuleTarget;

/// <summary>CONNMARK: <c>set</c>, <c>save</c> (packet to connection) or <c>restore</c> (connection to packet).</summary>
public sealed record ConnmarkTarget(string Operation, uint Clear, uint Xor, uint ConnectionMask, uint PacketMask) : RuleTarget;

public enum NatKind
{
    Dnat,
    Snat,
    Masquerade,
    Redirect,
}

/// <summary>
/// DNAT, SNAT, MASQUERADE, REDIRECT: the range translated into. Addresses are none where the target has none
/// (MASQUERADE, REDIRECT), ports 0 where it names none.
/// </summary>
public sealed record NatTarget(NatKind Translation) : RuleTarget
{
    public IpAddress FirstAddress { get; init; }

    public IpAddress LastAddress { get; init; }

    public ushort FirstPort { get; init; }

    public ushort LastPort { get; init; }

    /// <summary>Ports are mapped from this base (<c>--to-destination IP:first-last/base</c>); 0 where absent.</summary>
    public ushort BasePort { get; init; }

    public bool Random { get; init; }

    public bool RandomFully { get; init; }

    public bool Persistent { get; init; }
}

/// <summary>NETMAP: the network part is replaced.</summary>
public sealed record NetmapTarget(IpPrefix Prefix) : RuleTarget;

/// <summary>TPROXY: delivered to a local socket without changing the packet.</summary>
public sealed record TproxyTarget(IpAddress Address, ushort Port, uint Mark, uint MarkMask) : RuleTarget;

/// <summary>CT: NOTRACK, or a zone, helper or timeout.</summary>
public sealed record CtTarget(bool NoTrack, int? Zone) : RuleTarget
{
    /// <summary>False where the zone is for replies alone (<c>--zone-reply</c>).</summary>
    public bool IsZoneOfOriginal { get; init; } = true;

    /// <summary>False where the zone is for the original direction alone (<c>--zone-orig</c>).</summary>
    public bool IsZoneOfReply { get; init; } = true;
}

/// <summary>TCPMSS: clamp to the path MTU (<paramref name="ClampToPmtu"/>), or set to <paramref name="Mss"/>.</summary>
public sealed record TcpMssTarget(bool ClampToPmtu, int Mss) : RuleTarget;

/// <summary>TTL, HL: <c>set</c>, <c>inc</c> or <c>dec</c>.</summary>
public sealed record TtlTarget(string Operation, int Value) : RuleTarget;

/// <summary>TOS, DSCP: traffic class = (class &amp; ~<paramref name="Clear"/>) ^ <paramref name="Xor"/>.</summary>
public sealed record TrafficClassTarget(byte Clear, byte Xor) : RuleTarget;

/// <summary>ECN: the congestion bits of the traffic class (<paramref name="Congestion"/>, 0 to 3; -1 where they stay), and TCP flags = (flags &amp; ~<paramref name="ClearFlags"/>) | <paramref name="SetFlags"/>.</summary>
public sealed record EcnTarget(int Congestion, byte ClearFlags, byte SetFlags) : RuleTarget;

/// <summary>LOG, NFLOG, CHECKSUM, CLASSIFY, TRACE, SET, ...: known to go on to the next rule.</summary>
public sealed record ContinueTarget : RuleTarget;

/// <summary>A target the program does not know, or one whose outcome no dump tells (SYNPROXY): whether it ends the table cannot be known.</summary>
public sealed record UnknownTarget : RuleTarget;
