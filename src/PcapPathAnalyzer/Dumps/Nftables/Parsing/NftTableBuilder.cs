using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Iptables;

namespace PcapPathAnalyzer.Dumps.Nftables.Parsing;

/// <summary>One table while its dump is read; a rule file may come back to it.</summary>
internal sealed class NftTableBuilder(string family, string name, SourceLocation location)
{
    private readonly List<NftChainBuilder> chains = [];
    private readonly Dictionary<string, NftChainBuilder> byName = new(StringComparer.Ordinal);

    public string Family { get; } = family;

    public string Name { get; } = name;

    public long Handle { get; set; }

    public List<string> Flags { get; } = [];

    public string? Comment { get; set; }

    public bool IsCut { get; set; }

    public Dictionary<string, NftSet> Sets { get; } = new(StringComparer.Ordinal);

    public List<NftObject> Objects { get; } = [];

    public NftChainBuilder Chain(string chain, SourceLocation at)
    {
        if (!byName.TryGetValue(chain, out var found))
        {
            byName.Add(chain, found = new NftChainBuilder(chain, at));
            chains.Add(found);
        }

        return found;
    }

    /// <summary>The table; chains that rules lead to and the dump lacks are added, and said.</summary>
    public NftTable Build(DumpDocument document)
    {
        foreach (var rule in chains.ToArray().SelectMany(static c => c.Rules))
        {
            foreach (var target in Targets(rule).Where(t => !byName.ContainsKey(t)))
                Absent(target, rule.Location, document);
        }

        foreach (var element in Sets.Values.SelectMany(static s => s.Elements.All).Where(e => e.Verdict?.Target is JumpTarget jump && !byName.ContainsKey(jump.Name)))
            Absent(((JumpTarget)element.Verdict!.Target).Name, element.Location, document);
        var built = new Dictionary<string, NftChain>(chains.Count, StringComparer.Ordinal);
        foreach (var chain in chains)
            built.Add(chain.Name, chain.Build());
        return new NftTable { Location = location, Family = Family, Name = Name, Handle = Handle, Flags = Flags, Comment = Comment, Chains = built, Sets = Sets, Objects = Objects, IsCut = IsCut };
    }

    private void Absent(string chain, SourceLocation at, DumpDocument document)
    {
        if (byName.ContainsKey(chain))
            return;
        Chain(chain, at).IsAbsent = true;
        if (!IsCut)
            document.Add(new Problem(Severity.Warning, "unknown-rule-match", at, $"the chain '{chain}' is not in the dump of table {Family} {Name}; what its rules do cannot be told"));
    }

    private static IEnumerable<string> Targets(NftRule rule)
    {
        foreach (var statement in rule.Statements)
        {
            if (statement is NftVerdict { Target: JumpTarget jump })
                yield return jump.Name;
            if (statement is not NftVerdictMap { Map.Elements: { } elements })
                continue;
            foreach (var element in elements.All)
            {
                if (element.Verdict?.Target is JumpTarget target)
                    yield return target.Name;
            }
        }
    }
}

/// <summary>One chain while its dump is read.</summary>
internal sealed class NftChainBuilder(string name, SourceLocation location)
{
    public string Name { get; } = name;

    public SourceLocation Location { get; } = location;

    public string? Type { get; set; }

    public string? Hook { get; set; }

    public int Priority { get; set; }

    public List<string> Devices { get; } = [];

    public (SourceLocation Location, string Text)? HookLine { get; set; }

    public string? Policy { get; set; }

    public string? Comment { get; set; }

    public long Handle { get; set; }

    public bool IsAbsent { get; set; }

    public List<NftRule> Rules { get; } = [];

    public NftChain Build() => new()
    {
        Name = Name,
        Location = Location,
        Type = Type,
        Hook = Hook,
        Priority = Priority,
        HookLine = HookLine,
        Devices = Devices,
        Policy = Hook is null ? null : Policy ?? "ACCEPT",
        Comment = Comment,
        Handle = Handle,
        IsAbsent = IsAbsent,
        Rules = Rules,
    };
}
