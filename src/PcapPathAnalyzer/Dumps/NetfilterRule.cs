using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Dumps;

/// <summary>A rule of a packet filter, iptables or nftables, with the line it stands on.</summary>
public abstract record NetfilterRule
{
    public required SourceLocation Location { get; init; }

    public required string Chain { get; init; }

    /// <summary>The rule as its tool prints it, without counters and handle.</summary>
    public required string Text { get; init; }

    /// <summary>Packets counted; -1 where the dump does not say.</summary>
    public long Packets { get; init; } = -1;

    /// <summary>Bytes counted; -1 where the dump does not say.</summary>
    public long Bytes { get; init; } = -1;

    /// <summary>What whoever made the rule wrote beside it; null where nothing.</summary>
    public string? Comment { get; init; }
}

/// <summary>A chain of rules; with a policy where the kernel enters it from a hook.</summary>
public abstract record NetfilterChain
{
    public required string Name { get; init; }

    public required SourceLocation Location { get; init; }

    /// <summary>ACCEPT or DROP; null for chains that are only jumped to.</summary>
    public string? Policy { get; init; }

    /// <summary>True where a rule refers to the chain and the dump does not declare it.</summary>
    public bool IsAbsent { get; init; }

    /// <summary>The line that says the policy, as the tool prints it.</summary>
    public virtual (SourceLocation Location, string Text) PolicyLine => (Location, $":{Name} {Policy ?? "ACCEPT"}");

    /// <summary>In the kernel's order.</summary>
    public abstract IReadOnlyList<NetfilterRule> AllRules { get; }
}
