using System.Diagnostics.CodeAnalysis;

namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>
/// Keeps one object per distinct condition, target and word of a ruleset: a kube-proxy ruleset of 200,000 rules has as
/// many conditions as services and endpoints, not as rules.
/// </summary>
internal sealed class RuleInterner
{
    private readonly Dictionary<Extension, WordTable<RuleMatch>> matches = [];
    private readonly Dictionary<Extension, WordTable<RuleTarget>> targets = [];
    private readonly WordTable<RuleTarget> jumps = new();
    private readonly WordTable<RuleTarget> gotos = new();
    private readonly WordTable<string> texts = new();

    public bool TryMatch(Extension extension, ReadOnlySpan<char> text, [NotNullWhen(true)] out RuleMatch? match)
    {
        match = null;
        return matches.TryGetValue(extension, out var kept) && kept.TryGet(text, out match);
    }

    public RuleMatch Keep(Extension extension, string text, RuleMatch match)
    {
        Of(matches, extension).Set(text, match);
        return match;
    }

    public bool TryTarget(Extension extension, ReadOnlySpan<char> text, [NotNullWhen(true)] out RuleTarget? target)
    {
        target = null;
        return targets.TryGetValue(extension, out var kept) && kept.TryGet(text, out target);
    }

    public RuleTarget Keep(Extension extension, string text, RuleTarget target)
    {
        Of(targets, extension).Set(text, target);
        return target;
    }

    public RuleTarget Jump(ReadOnlySpan<char> chain, bool isGoto)
    {
        var kept = isGoto ? gotos : jumps;
        if (!kept.TryGet(chain, out var jump))
        {
            var name = chain.ToString();
            kept.Set(name, jump = new JumpTarget(isGoto) { Name = name });
        }

        return jump;
    }

    public string Text(ReadOnlySpan<char> text)
    {
        if (texts.TryGet(text, out var kept))
            return kept;
        kept = text.ToString();
        texts.Set(kept, kept);
        return kept;
    }

    private static WordTable<T> Of<T>(Dictionary<Extension, WordTable<T>> tables, Extension extension)
    {
        if (!tables.TryGetValue(extension, out var table))
            tables.Add(extension, table = new WordTable<T>());
        return table;
    }
}
