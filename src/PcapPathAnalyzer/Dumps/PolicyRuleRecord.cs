using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps;

/// <summary>A routing policy rule, as <c>ip rule</c> prints it (ip-rule(8)).</summary>
public sealed record PolicyRuleRecord : DumpRecord
{
    public override string Kind => "rule";

    public required long Priority { get; init; }

    /// <summary>IPv6 rules come from <c>ip -6 rule</c>.</summary>
    public bool IsIpv6 { get; init; }

    public bool Not { get; init; }

    /// <summary>Null is <c>from all</c>.</summary>
    public IpPrefix? From { get; init; }

    public IpPrefix? To { get; init; }

    public string? IncomingInterface { get; init; }

    public string? OutgoingInterface { get; init; }

    public uint Mark { get; init; }

    /// <summary>0 where the rule does not look at the mark.</summary>
    public uint MarkMask { get; init; }

    /// <summary>Table looked up; null where <see cref="Action"/> says otherwise.</summary>
    public string? Table { get; init; }

    /// <summary><c>lookup</c>, <c>goto</c>, <c>nop</c>, <c>blackhole</c>, <c>unreachable</c>, <c>prohibit</c>.</summary>
    public string Action { get; init; } = "lookup";

    /// <summary>-1 where absent.</summary>
    public int SuppressPrefixLength { get; init; } = -1;

    public IpProtocol? Protocol { get; init; }

    /// <summary>tos, ipproto, sport, dport, uidrange, goto target, realms, l3mdev, ... as printed.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();
}
