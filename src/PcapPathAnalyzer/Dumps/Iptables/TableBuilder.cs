using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Iptables.Parsing;

namespace PcapPathAnalyzer.Dumps.Iptables;

/// <summary>The chains of one table while its dump is read.</summary>
internal sealed class TableBuilder
{
    private readonly SourceLocation location;
    private readonly WordTable<ChainBuilder> chains = new();
    private readonly List<ChainBuilder> order = [];

    public TableBuilder(string name, SourceLocation location, SaveHeader header)
    {
        Name = name;
        this.location = location;
        IpVersion = header.IpVersion;
        Backend = header.Backend;
    }

    /// <summary>Listings do not say it: there it is found once all chains are known.</summary>
    public string Name { get; set; }

    public int IpVersion { get; }

    public IptablesBackend Backend { get; }

    public bool IsCut { get; set; }

    /// <summary>The kind of dump it is read from.</summary>
    public string DumpKind { get; init; } = "iptables-save";

    public IReadOnlyList<ChainBuilder> Chains => order;

    public ChainBuilder? Find(ReadOnlySpan<char> chain) => chains.TryGet(chain, out var found) ? found : null;

    /// <summary>The chain, made where the dump has not declared it (a rule before or without its declaration).</summary>
    public ChainBuilder Get(ReadOnlySpan<char> chain, SourceLocation at)
    {
        if (chains.TryGet(chain, out var found))
            return found;
        found = new ChainBuilder(chain.ToString(), at);
        chains.Set(found.Name, found);
        order.Add(found);
        return found;
    }

    /// <summary>The table as it stands; chains that rules refer to and the dump lacks are added, and said.</summary>
    public IptablesTable Build(DumpDocument document)
    {
        foreach (var rule in order.ToArray().SelectMany(c => c.Rules))
        {
            if (rule.Target is not JumpTarget jump || Find(jump.Name) is not null)
                continue;
            Get(jump.Name, rule.Location).IsAbsent = true;
            if (!IsCut)
                document.Add(new Problem(Severity.Warning, "unknown-rule-match", rule.Location, $"the chain '{jump.Name}' is not in the dump of table {Name}; what its rules do cannot be told"));
        }

        var built = new Dictionary<string, IptablesChain>(order.Count, StringComparer.Ordinal);
        foreach (var chain in order)
            built.Add(chain.Name, chain.Build());
        return new IptablesTable { Location = location, Name = Name, IpVersion = IpVersion, Backend = Backend, Chains = built, IsCut = IsCut, DumpKind = DumpKind };
    }
}

/// <summary>One chain while its dump is read.</summary>
internal sealed class ChainBuilder(string name, SourceLocation location)
{
    public string Name { get; } = name;

    public SourceLocation Location { get; set; } = location;

    public string? Policy { get; set; }

    public long Packets { get; set; } = -1;

    public long Bytes { get; set; } = -1;

    public bool IsAbsent { get; set; }

    public List<IptablesRule> Rules { get; } = [];

    public IptablesChain Build() => new()
    {
        Name = Name,
        Location = Location,
        Policy = Policy,
        Packets = Packets,
        Bytes = Bytes,
        IsAbsent = IsAbsent,
        Rules = Rules.Count == 0 ? [] : Rules.ToArray(),
    };
}
