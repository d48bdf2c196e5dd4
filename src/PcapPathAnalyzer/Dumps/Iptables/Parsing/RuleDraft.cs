using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>What is known of a rule while its words are read.</summary>
internal sealed class RuleDraft
{
    private readonly List<LoadedExtension> loaded = [];
    private readonly Stack<LoadedExtension> spare = [];

    /// <summary>In the order of their first word; null where a group of options is still open.</summary>
    public List<RuleMatch?> Matches { get; } = [];

    /// <summary>Extensions loaded so far, the last loaded is asked first for an option (xtables_merge_options).</summary>
    public List<LoadedExtension> Loaded => loaded;

    public RuleTarget? Target { get; set; }

    /// <summary>Further addresses of <c>-s a,b</c>: each makes a rule of its own.</summary>
    public List<AddressAlternative> Alternatives { get; } = [];

    public IpProtocol? Protocol { get; set; }

    public string? Comment { get; set; }

    public LoadedExtension? LastLoaded => loaded.Count == 0 ? null : loaded[^1];

    public bool HasLoaded(Extension extension)
    {
        foreach (var one in loaded)
        {
            if (one.Extension == extension)
                return true;
        }

        return false;
    }

    /// <param name="slot">See <see cref="LoadedExtension.Slot"/>.</param>
    public LoadedExtension Load(Extension? extension, string name, int firstWord, int slot)
    {
        var next = spare.TryPop(out var used) ? used : new LoadedExtension();
        next.Begin(extension, name, firstWord, slot);
        loaded.Add(next);
        return next;
    }

    public void Clear()
    {
        foreach (var done in loaded)
            spare.Push(done);
        loaded.Clear();
        Matches.Clear();
        Alternatives.Clear();
        Target = null;
        Protocol = null;
        Comment = null;
    }
}

/// <summary>One address list: the word that holds it and the match it fills.</summary>
internal sealed record AddressAlternative(int Word, int Match, IReadOnlyList<AddressMatch> Addresses);

/// <summary>An extension at work in one rule, with the words that belong to it. Used again for the next rule: most rules load several.</summary>
internal sealed class LoadedExtension
{
    /// <summary>Null for one that the program does not know.</summary>
    public Extension? Extension { get; private set; }

    public string Name { get; private set; } = "";

    /// <summary>The <c>-m</c> or <c>-j</c>.</summary>
    public int FirstWord { get; private set; }

    public int LastWord { get; set; }

    /// <summary>Index in the draft's matches; -1 for a target and for an extension whose options stand alone.</summary>
    public int Slot { get; private set; }

    public bool IsTarget => Extension is null ? Slot < 0 : Extension.Target is not null;

    /// <summary>False where another extension's option stands between.</summary>
    public bool IsContiguous { get; set; }

    /// <summary>True once an option was met that the program does not know.</summary>
    public bool IsBroken { get; set; }

    /// <summary>First and last word of each option.</summary>
    public List<(int Word, int First, int Last, int Value, bool Negated)> Options { get; } = [];

    public void Begin(Extension? extension, string name, int firstWord, int slot)
    {
        (Extension, Name, FirstWord, LastWord, Slot) = (extension, name, firstWord, firstWord + 1, slot);
        (IsContiguous, IsBroken) = (true, false);
        Options.Clear();
    }
}
