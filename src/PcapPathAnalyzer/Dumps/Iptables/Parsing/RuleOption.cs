using System.Diagnostics.CodeAnalysis;

namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>One option of a rule as its handler sees it: <c>! --ctstate NEW</c>.</summary>
/// <param name="Word">The option's word: <c>--ctstate</c>.</param>
/// <param name="Value">Its first argument; empty where it has none.</param>
/// <param name="Second">Its second argument.</param>
internal sealed record RuleOption(string Word, string Value, string Second, bool Negated, bool IsIpv6, string Text)
{
    /// <summary>The extension's word.</summary>
    public string Extension { get; init; } = "";
}

/// <summary>All options of one <c>-m</c> or <c>-j</c>, for extensions whose options make one condition together.</summary>
internal sealed record OptionGroup(string Extension, IReadOnlyList<RuleOption> Options, bool IsIpv6, string Text)
{
    public RuleOption? Find(string word) => Options.FirstOrDefault(o => o.Word == word);

    public bool Has(string word) => Find(word) is not null;

    public bool TryGet(string word, [NotNullWhen(true)] out RuleOption? option) => (option = Find(word)) is not null;

    /// <summary>The options without <c>-m NAME</c> or <c>-j NAME</c>.</summary>
    public string OptionsText => string.Join(' ', Options.Select(o => o.Text));
}

/// <summary>Makes a condition of one option; null where its value is not understood.</summary>
internal delegate RuleMatch? MatchHandler(RuleOption option);

/// <summary>Makes a condition of all options of an extension; null where they are not understood.</summary>
internal delegate RuleMatch? GroupHandler(OptionGroup group);

/// <summary>Makes a target of all its options; null where they are not understood.</summary>
internal delegate RuleTarget? TargetHandler(OptionGroup group);

/// <summary>An option an extension has: how many arguments it takes, and its handler where it is a condition by itself.</summary>
internal readonly record struct OptionEntry(int Arguments, MatchHandler? Handler);

/// <summary>A match extension (<c>-m NAME</c>) or a target extension (<c>-j NAME</c>) with the options it has.</summary>
internal sealed class Extension
{
    private Extension(string name, Dictionary<string, OptionEntry> options)
    {
        Name = name;
        Options = options.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public string Name { get; }

    public Dictionary<string, OptionEntry>.AlternateLookup<ReadOnlySpan<char>> Options { get; }

    /// <summary>Null where each option is a condition by itself.</summary>
    public GroupHandler? Group { get; private init; }

    /// <summary>Null for matches.</summary>
    public TargetHandler? Target { get; private init; }

    /// <summary>A match whose options are conditions one by one.</summary>
    public static Extension Each(string name, params (string Word, int Arguments, MatchHandler Handler)[] options) =>
        new(name, options.ToDictionary(o => o.Word, o => new OptionEntry(o.Arguments, o.Handler)));

    /// <summary>A match whose options are one condition together.</summary>
    /// <param name="flags">Options without an argument, separated by blanks.</param>
    /// <param name="values">Options with one.</param>
    public static Extension Whole(string name, GroupHandler group, string flags = "", string values = "", string pairs = "") =>
        new(name, Arities(flags, values, pairs)) { Group = group };

    public static Extension Verdict(string name, TargetHandler target, string flags = "", string values = "", string pairs = "") =>
        new(name, Arities(flags, values, pairs)) { Target = target };

    private static Dictionary<string, OptionEntry> Arities(string flags, string values, string pairs)
    {
        var options = new Dictionary<string, OptionEntry>();
        foreach (var (words, arguments) in new[] { (flags, 0), (values, 1), (pairs, 2) })
        {
            foreach (var word in words.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                options[word] = new OptionEntry(arguments, null);
        }

        return options;
    }
}
