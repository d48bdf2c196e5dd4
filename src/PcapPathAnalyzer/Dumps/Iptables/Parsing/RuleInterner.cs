using System.Diagnostics.CodeAnalysis;

namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>
/// Keeps one object per distinct condition, target and word of a ruleset: a kube-proxy ruleset of 200,000 rules has as
/// many conditions as services and endpoints, not as rules.
/// </summary>
internal sealed class RuleInterner
{
    private readonly Dictionary<Extension, Dictionary<string, RuleMatch>.AlternateLookup<ReadOnlySpan<char>>> matches = [];
    private readonly Dictionary<Extension, Dictionary<string, RuleTarget>.AlternateLookup<ReadOnlySpan<char>>> targets = [];
    private readonly Dictionary<string, RuleTarget>.AlternateLookup<ReadOnlySpan<char>> jumps = New<RuleTarget>();
    private readonly Dictionary<string, RuleTarget>.AlternateLookup<ReadOnlySpan<char>> gotos = New<RuleTarget>();
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> texts = new HashSet<string>().GetAlternateLookup<ReadOnlySpan<char>>();

    public bool TryMatch(Extension extension, ReadOnlySpan<char> text, [NotNullWhen(true)] out RuleMatch? match)
    {
        match = null;
        return matches.TryGetValue(extension, out var kept) && kept.TryGetValue(text, out match);
    }

    public RuleMatch Keep(Extension extension, string text, RuleMatch match)
    {
        if (!matches.TryGetValue(extension, out var kept))
            matches.Add(extension, kept = New<RuleMatch>());
        kept[text] = match;
        return match;
    }

    public bool TryTarget(Extension extension, ReadOnlySpan<char> text, [NotNullWhen(true)] out RuleTarget? target)
    {
        target = null;
        return targets.TryGetValue(extension, out var kept) && kept.TryGetValue(text, out target);
    }

    public RuleTarget Keep(Extension extension, string text, RuleTarget target)
    {
        if (!targets.TryGetValue(extension, out var kept))
            targets.Add(extension, kept = New<RuleTarget>());
        kept[text] = target;
        return target;
    }

    public RuleTarget Jump(ReadOnlySpan<char> chain, bool isGoto)
    {
        var kept = isGoto ? gotos : jumps;
        if (!kept.TryGetValue(chain, out var jump))
            kept[chain] = jump = new JumpTarget(isGoto) { Name = Text(chain) };
        return jump;
    }

    public string Text(ReadOnlySpan<char> text)
    {
        if (texts.TryGetValue(text, out var kept))
            return kept;
        kept = text.ToString();
        texts.Add(kept);
        return kept;
    }

    private static Dictionary<string, T>.AlternateLookup<ReadOnlySpan<char>> New<T>() =>
        new Dictionary<string, T>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
}
