namespace PcapPathAnalyzer.Dumps.Iptables;

/// <summary>Which kernel interface holds the rules. Both can be active at once, each with its own chains on the hooks.</summary>
public enum IptablesBackend
{
    Unknown,
    Legacy,
    Nft,
}

/// <summary>One table of a ruleset: raw, mangle, nat, filter or security (iptables(8)).</summary>
public sealed record IptablesTable : DumpRecord
{
    public override string Kind => "iptables-table";

    public required string Name { get; init; }

    /// <summary>4 or 6.</summary>
    public int IpVersion { get; init; } = 4;

    public IptablesBackend Backend { get; init; }

    /// <summary>In the dump's order, by name.</summary>
    public required IReadOnlyDictionary<string, IptablesChain> Chains { get; init; }

    /// <summary>True when the dump ended before COMMIT: rules may be missing.</summary>
    public bool IsCut { get; init; }

    /// <summary>The kind of dump it was read from: <c>iptables-save</c>, <c>iptables-rules</c> (-S), or <c>iptables-list</c> (-L), which may not show all of a rule and rounds counters.</summary>
    public string DumpKind { get; init; } = "iptables-save";
}

/// <summary>A chain: built-in where it has a policy.</summary>
public sealed record IptablesChain : NetfilterChain
{
    public long Packets { get; init; } = -1;

    public long Bytes { get; init; } = -1;

    public required IReadOnlyList<IptablesRule> Rules { get; init; }

    public override IReadOnlyList<NetfilterRule> AllRules => Rules;
}

/// <summary>One rule. Its text is as <c>iptables-save</c> prints it, from <c>-A</c> on; its comment that of <c>-m comment --comment</c>.</summary>
public sealed record IptablesRule : NetfilterRule
{
    /// <summary>In the rule's order; all must match.</summary>
    public required IReadOnlyList<RuleMatch> Matches { get; init; }

    /// <summary>Null for a rule that only counts.</summary>
    public RuleTarget? Target { get; init; }

    /// <summary>True where the dump shows the rule in part (<c>iptables -L</c> without <c>-v</c> shows no interfaces): conditions that it does not show are unknowable ones.</summary>
    public bool IsPartial { get; init; }
}
