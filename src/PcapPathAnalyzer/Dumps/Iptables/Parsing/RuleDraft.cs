using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>What is known of a rule while its words are read.</summary>
internal sealed class RuleDraft
{
    /// <summary>In the order of their first word; null where a group of options is still open.</summary>
    public List<RuleMatch?> Matches { get; } = [];

    /// <summary>Extensions loaded so far, the last loaded is asked first for an option (xtables_merge_options).</summary>
    public List<LoadedExtension> Loaded { get; } = [];

    public RuleTarget? Target { get; set; }

    /// <summary>Further addresses of <c>-s a,b</c>: each makes a rule of its own.</summary>
    public List<AddressAlternative> Alternatives { get; } = [];

    public IpProtocol? Protocol { get; set; }

    public string? Comment { get; set; }

    public LoadedExtension? LastLoaded => Loaded.Count == 0 ? null : Loaded[^1];

    public void Clear()
    {
        Matches.Clear();
        Loaded.Clear();
        Alternatives.Clear();
        Target = null;
        Protocol = null;
        Comment = null;
    }
}

/// <summary>One address list: the word that holds it and the match it fills.</summary>
internal sealed record AddressAlternative(int Word, int Match, IReadOnlyList<AddressMatch> Addresses);

/// <summary>An extension at work in one rule, with the words that belong to it.</summary>
internal sealed class LoadedExtension(Extension? extension, string name, int firstWord, int slot)
{
    /// <summary>Null for one that the program does not know.</summary>
    public Extension? Extension { get; } = extension;

    public string Name { get; } = name;

    /// <summary>The <c>-m</c> or <c>-j</c>.</summary>
    public int FirstWord { get; } = firstWord;

    public int LastWord { get; set; } = firstWord + 1;

    /// <summary>Index in the draft's matches; -1 for a target and for an extension whose options stand alone.</summary>
    public int Slot { get; } = slot;

    public bool IsTarget => Extension is null ? Slot < 0 : Extension.Target is not null;

    /// <summary>False where another extension's option stands between.</summary>
    public bool IsContiguous { get; set; } = true;

    /// <summary>True once an option was met that the program does not know.</summary>
    public bool IsBroken { get; set; }

    /// <summary>First and last word of each option.</summary>
    public List<(int Word, int First, int Last, int Value, bool Negated)> Options { get; } = [];
}
