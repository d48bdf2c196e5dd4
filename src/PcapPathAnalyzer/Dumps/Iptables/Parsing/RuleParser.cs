using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>
/// Reads the words of rules (iptables(8), iptables-extensions(8)). What it does not know is kept as text and said as a
/// problem with its column. Equal conditions and targets of one ruleset are one object.
/// </summary>
internal sealed partial class RuleParser(DumpDocument document)
{
    private readonly RuleInterner interner = new();
    private readonly RuleDraft draft = new();
    private RuleWords words = new();
    private SourceLocation at;

    public bool IsIpv6 { get; set; }

    /// <summary>Reads the conditions and the target from word <paramref name="first"/> on, and adds a rule, or one per address of a list.</summary>
    /// <param name="text">The rule as it shall be kept; null where it has to be put together from the words.</param>
    public void Parse(RuleWords line, int first, RuleOutline outline, string? text, List<IptablesRule> rules)
    {
        words = line;
        at = outline.Location;
        draft.Clear();
        for (var i = first; i < words.Count;)
            i = Option(i);
        if (words.IsOpen)
            Say(words.Count - 1, "the line ends inside quotes");
        FinishGroups();
        if (draft.Alternatives.Count > 0)
            Expand(first, outline, rules);
        else
            rules.Add(Rule(outline, text ?? Written(outline.Chain, words.Raw(first, words.Count - 1)), draft.Matches.ToArray()!));
    }

    private IptablesRule Rule(RuleOutline outline, string text, RuleMatch[] matches) => new()
    {
        Location = outline.Location,
        Chain = outline.Chain,
        Packets = outline.Packets,
        Bytes = outline.Bytes,
        IsPartial = outline.IsPartial,
        Text = text,
        Matches = matches,
        Target = draft.Target,
        Comment = draft.Comment,
    };

    private static string Written(string chain, ReadOnlySpan<char> rest) => rest.IsEmpty ? $"-A {chain}" : $"-A {chain} {rest}";

    /// <summary>Reads the option at a word and returns the word after it.</summary>
    private int Option(int index)
    {
        var start = index;
        var negated = false;
        while (index < words.Count && !words.IsQuoted(index) && words[index] is "!")
        {
            negated = !negated;
            index++;
        }

        if (index >= words.Count)
        {
            Say(start, "nothing follows the '!'");
            return index;
        }

        if (words.IsQuoted(index) || words[index] is not ['-', ..])
            return Stray(start, index);
        // A loaded extension's word goes before the general one: policy has a --proto of its own.
        for (var n = words[index] is ['-', '-', ..] ? draft.Loaded.Count - 1 : -1; n >= 0; n--)
        {
            if (draft.Loaded[n] is { Extension: { } extension } loaded && extension.Options.TryGetValue(words[index], out var entry))
                return Extended(loaded, entry, start, index, negated);
        }

        if (GeneralOptions.Loads(words[index]) is { } kind)
            return Load(kind, start, index, negated);
        if (GeneralOptions.Ignored.TryGetValue(words[index], out var skipped))
            return Math.Min(words.Count, index + 1 + skipped);
        if (GeneralOptions.Extension.Options.TryGetValue(words[index], out var general))
            return General(general, start, index, negated);

        // iptables loads the protocol's extension by itself (xshared.c, find_proto).
        if (GeneralOptions.Implied(draft.Protocol) is { } implied && !draft.HasLoaded(implied) && implied.Options.TryGetValue(words[index], out var entryOfProtocol))
        {
            var loaded = draft.Load(implied, implied.Name, start, implied.Group is null ? -1 : draft.Matches.Count);
            loaded.LastWord = start - 1;
            if (implied.Group is not null)
                draft.Matches.Add(null);
            return Extended(loaded, entryOfProtocol, start, index, negated);
        }

        return Unknown(start, index);
    }

    private int General(OptionEntry entry, int start, int index, bool negated)
    {
        var value = Value(index, ref negated);
        var last = Math.Min(words.Count - 1, value + entry.Arguments - 1);
        if (entry.Arguments > 0 && value < words.Count && words[index] is "-s" or "-d" or "--source" or "--src" or "--destination" or "--dst" && words[value].Contains(','))
            return AddressList(entry, index, value, negated);
        Add(GeneralOptions.Extension, entry, start, index, last, value, negated);
        if (draft.Matches.Count > 0 && draft.Matches[^1] is ProtocolMatch { Negated: false, Protocol: { } protocol })
            draft.Protocol = protocol;
        return last + 1;
    }

    private int AddressList(OptionEntry entry, int index, int value, bool negated)
    {
        var addresses = new List<AddressMatch>();
        foreach (var one in words[value].ToString().Split(','))
        {
            var text = $"{words[index]} {one}";
            if (entry.Handler!(new RuleOption(words[index].ToString(), one, "", negated, IsIpv6, text)) is AddressMatch match)
                addresses.Add(match);
            else
                Say(value, $"'{one}' is not an address");
        }

        if (addresses.Count == 0)
        {
            draft.Matches.Add(new UnknowableMatch("", false) { Text = words.Raw(index, value).ToString() });
            return value + 1;
        }

        draft.Alternatives.Add(new AddressAlternative(value, draft.Matches.Count, addresses));
        draft.Matches.Add(addresses[0]);
        return value + 1;
    }

    private int Extended(LoadedExtension loaded, OptionEntry entry, int start, int index, bool negated)
    {
        var value = Value(index, ref negated);
        var last = Math.Min(words.Count - 1, value + entry.Arguments - 1);
        if (value + entry.Arguments > words.Count)
            Say(index, $"{words[index]} lacks its value");
        if (entry.Handler is not null)
        {
            Add(loaded.Extension!, entry, start, index, last, value, negated);
        }
        else
        {
            loaded.IsContiguous &= start == loaded.LastWord + 1;
            loaded.LastWord = last;
            loaded.Options.Add((index, start, last, value, negated));
        }

        return last + 1;
    }

    /// <summary>The word of the first argument. Rules before iptables 1.4.3 have the negation there: <c>--dport ! 80</c>.</summary>
    private int Value(int index, ref bool negated)
    {
        if (index + 2 >= words.Count || words.IsQuoted(index + 1) || words[index + 1] is not "!")
            return index + 1;
        // "! " followed by the next option belongs to that option.
        if (!words.IsQuoted(index + 2) && words[index + 2] is ['-', ..])
            return index + 1;
        negated = !negated;
        return index + 2;
    }

    private void Add(Extension extension, OptionEntry entry, int start, int index, int last, int value, bool negated)
    {
        var raw = words.Raw(start, last);
        if (!interner.TryMatch(extension, raw, out var match))
        {
            var option = MakeOption(extension.Name, (index, start, last, value, negated));
            match = last < value + entry.Arguments - 1 ? null : entry.Handler!(option);
            if (match is null)
            {
                Say(value, entry.Arguments == 0 ? $"{option.Word} is not understood" : $"'{option.Value}' is not understood as the value of {option.Word}");
                match = new UnknowableMatch(extension.Name, false) { Text = option.Text };
            }
            else
            {
                match.Extension = extension.Name;
                interner.Keep(extension, option.Text, match);
            }
        }

        if (match is CommentMatch comment)
            draft.Comment ??= comment.Comment;
        draft.Matches.Add(match);
    }

    private RuleOption MakeOption(string extension, (int Word, int First, int Last, int Value, bool Negated) option)
    {
        var value = option.Value <= option.Last ? words[option.Value].ToString() : "";
        var second = option.Value + 1 <= option.Last ? words[option.Value + 1].ToString() : "";
        return new RuleOption(interner.Text(words[option.Word]), value, second, option.Negated, IsIpv6, words.Raw(option.First, option.Last).ToString()) { Extension = extension };
    }

    private void Say(int word, string message) =>
        document.Add(new Problem(Severity.Warning, "unknown-rule-match", at with { Column = words.Column(word) }, message));
}
