using PcapPathAnalyzer.Dumps;

namespace PcapPathAnalyzer.Checks.Shadowing;

/// <summary>A rule of iptables or nftables as far as it matters whether another one hides it.</summary>
internal abstract class ComparedRule(NetfilterRule rule)
{
    public NetfilterRule Rule { get; } = rule;

    /// <summary>What it does, in a word: ACCEPT, goto other; null where it only counts.</summary>
    public abstract string? Action { get; }

    /// <summary>The single hosts and interfaces it asks for: a rule that covers it asks for none, or for one of these.</summary>
    public abstract IReadOnlyList<string> Keys { get; }

    /// <summary>True where a packet that it matches goes no further in the chain.</summary>
    public abstract bool IsTerminal { get; }

    /// <summary>True where rules behind it may find another packet than those before it.</summary>
    public abstract bool MayChangePacket { get; }

    /// <summary>True where it asks for something that a rule may change: a mark, a field, a set.</summary>
    public abstract bool AsksForMutable { get; }

    /// <summary>True where nobody would miss this rule behind the other: it only counts, or does the same.</summary>
    public abstract bool AddsNothingTo(ComparedRule earlier);

    /// <summary>True where every packet that the other one takes is a packet that this one takes: a proof.</summary>
    public abstract bool Covers(ComparedRule later);
}
