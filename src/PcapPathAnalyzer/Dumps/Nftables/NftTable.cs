using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Dumps.Nftables;

/// <summary>One table of <c>nft list ruleset</c> (nft(8)): a family's chains, sets, maps and named objects.</summary>
public sealed record NftTable : DumpRecord
{
    // The tables that iptables-nft makes (iptables/nft.c, xtables_ipv4).
    private static readonly Dictionary<string, string[]> IptablesHooks = new(StringComparer.Ordinal)
    {
        ["raw"] = ["PREROUTING", "OUTPUT"],
        ["mangle"] = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
        ["nat"] = ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
        ["filter"] = ["INPUT", "FORWARD", "OUTPUT"],
        ["security"] = ["INPUT", "FORWARD", "OUTPUT"],
    };

    public override string Kind => "nft-table";

    /// <summary>ip, ip6, inet, arp, bridge or netdev.</summary>
    public required string Family { get; init; }

    public required string Name { get; init; }

    /// <summary>The handle that <c>-a</c> prints; 0 where it was not printed.</summary>
    public long Handle { get; init; }

    /// <summary><c>dormant</c>: its chains are on no hook. <c>owner</c>, <c>persist</c>.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    public string? Comment { get; init; }

    /// <summary>In the dump's order, by name.</summary>
    public required IReadOnlyDictionary<string, NftChain> Chains { get; init; }

    /// <summary>Sets, maps and verdict maps by name.</summary>
    public required IReadOnlyDictionary<string, NftSet> Sets { get; init; }

    /// <summary>Flowtables, counters, quotas, limits, helpers, ...</summary>
    public IReadOnlyList<NftObject> Objects { get; init; } = [];

    /// <summary>True where the dump ended before the table's closing brace.</summary>
    public bool IsCut { get; init; }

    public bool IsDormant => Flags.Contains("dormant");

    /// <summary>True where packets of IPv4 (or IPv6) pass the table's chains at IP hooks.</summary>
    public bool Sees(bool isIpv6) => Family == "inet" || Family == (isIpv6 ? "ip6" : "ip");

    /// <summary>
    /// True for a table that iptables-nft made: one of its names, and base chains that are only its own. <c>iptables-save</c> prints the same rules.
    /// </summary>
    public bool IsOfIptables =>
        Family is "ip" or "ip6" && IptablesHooks.TryGetValue(Name, out var hooks)
        && Chains.Values.All(c => c.Hook is null || (hooks.Contains(c.Name) && c.Name.Equals(c.Hook, StringComparison.OrdinalIgnoreCase)));
}

/// <summary>A chain: on a hook where it has one (a base chain), otherwise only jumped to.</summary>
public sealed record NftChain : NetfilterChain
{
    /// <summary>filter, nat or route; null for a regular chain.</summary>
    public string? Type { get; init; }

    /// <summary>prerouting, input, forward, output, postrouting, ingress, egress; null for a regular chain.</summary>
    public string? Hook { get; init; }

    /// <summary>Lower ones see a packet first.</summary>
    public int Priority { get; init; }

    /// <summary>Devices of an ingress or egress chain.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];

    public long Handle { get; init; }

    public string? Comment { get; init; }

    /// <summary>The line that puts it on a hook, as printed: <c>type filter hook forward priority filter; policy drop;</c>.</summary>
    public (SourceLocation Location, string Text)? HookLine { get; init; }

    public override (SourceLocation Location, string Text) PolicyLine => HookLine ?? base.PolicyLine;

    public required IReadOnlyList<NftRule> Rules { get; init; }

    public override IReadOnlyList<NetfilterRule> AllRules => Rules;
}

/// <summary>One rule: its statements are executed from left to right until one does not match or decides.</summary>
public sealed record NftRule : NetfilterRule
{
    public required IReadOnlyList<NftStatement> Statements { get; init; }

    public long Handle { get; init; }
}

/// <summary>A named object whose content no packet's way depends on, or cannot be told from: its block's text is kept.</summary>
/// <param name="Type">flowtable, counter, quota, limit, ct helper, ct timeout, ct expectation, synproxy, secmark, tunnel.</param>
public sealed record NftObject(string Type, string Name, string Text, SourceLocation Location);
