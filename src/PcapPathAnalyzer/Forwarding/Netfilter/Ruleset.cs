using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>A dump line that leads to a decision.</summary>
public sealed record RuleCitation(SourceLocation Location, string Text)
{
    /// <summary>The map whose element it is; null for a rule.</summary>
    public string? Map { get; init; }

    /// <summary>What whoever made the rule or element wrote beside it.</summary>
    public string? Comment { get; init; }
}

/// <summary>One way a rule can go for a packet, where dumps leave several open, and the packet after it.</summary>
internal sealed record RuleWay(PacketState Packet)
{
    /// <summary>False where the rule does not match on this way.</summary>
    public bool IsMatch { get; init; } = true;

    /// <summary>What the rule decides; null where the next rule follows.</summary>
    public RuleTarget? Target { get; init; }

    /// <summary>False where dumps cannot tell whether it matches, and that changes nothing.</summary>
    public bool IsCertain { get; init; } = true;

    /// <summary>What must hold for this way; null where nothing is left open.</summary>
    public string? Condition { get; init; }

    /// <summary>0 to 1; null where something other than the rule's own chance leaves it open.</summary>
    public double? Probability { get; init; } = 1;

    /// <summary>The element of a set or map that decided; null where none did.</summary>
    public RuleCitation? Element { get; init; }
}

/// <summary>One table as a packet's walk sees it: its chains, and what its rules make of a packet.</summary>
internal abstract class Ruleset
{
    /// <summary>The table's name: <c>nat</c>; of nftables with its family: <c>inet filter</c>.</summary>
    public abstract string Table { get; }

    /// <summary>Null where the table has no such chain.</summary>
    public abstract NetfilterChain? Chain(string name);

    /// <summary>True where the dump ended before the table did.</summary>
    public abstract bool IsCut { get; }

    /// <summary>Everything that a rule can lead to, whatever the packet.</summary>
    public abstract IEnumerable<RuleTarget> Targets(NetfilterRule rule);

    /// <summary>The first rule of a chain from an index on that the packet may match: the rules before it need not be asked.</summary>
    public virtual int Next(NetfilterChain chain, int index, PacketState packet) => index;

    /// <summary>The ways of one rule, the likeliest to be asked for first; empty where it does not match and changes nothing.</summary>
    public abstract IReadOnlyList<RuleWay> Ask(NetfilterRule rule, PacketState packet);
}
