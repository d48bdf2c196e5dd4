using System.Globalization;

namespace PcapPathAnalyzer.Dumps.Iptables.Listing;

/// <summary>
/// How an extension words one of its options in a listing, and how iptables-save spells the same. In the pattern <c>%</c>, alone or at
/// the end of a word, stands for a value, and <c>*</c> at the end for all that follows up to the next phrase; in the option
/// <c>{0}</c> is the first value. Without an option the phrase is known, and the listing does not say enough to spell it.
/// </summary>
internal sealed record Phrase(string Pattern, string Extension, string? Option)
{
    private readonly string[] words = Pattern.Split(' ');

    /// <summary>Extensions that the phrase belongs to, where its words alone say too little; empty for none.</summary>
    public string After { get; init; } = "";

    /// <summary>Makes the option of the values, where they are not spelt alike; null where they are not understood.</summary>
    public Func<string[], string?>? Spell { get; init; }

    /// <summary>What its first word is, or begins with.</summary>
    public string Key => words[0].TrimEnd('%');

    public int Length => words.Length;

    /// <summary>Reads the phrase at a word; null where it is not there.</summary>
    public PhraseFound? At(IReadOnlyList<(string Text, int At)> text, int index)
    {
        var values = new List<string>();
        var negated = false;
        foreach (var pattern in words)
        {
            if (pattern == "*")
                return new PhraseFound(this, index, values, negated) { IsOpen = true };
            if (index >= text.Count)
                return null;
            var word = text[index].Text;
            if (pattern[^1] != '%')
            {
                if (word != pattern)
                    return null;
                index++;
                continue;
            }

            if (!word.StartsWith(pattern[..^1], StringComparison.Ordinal))
                return null;
            var value = word[(pattern.Length - 1)..];
            if (value == "!" && index + 1 < text.Count)
            {
                negated = true;
                value = text[++index].Text;
            }
            else if (value is ['!', _, ..])
            {
                negated = true;
                value = value[1..];
            }

            if (value.Length == 0)
                return null;
            values.Add(value);
            index++;
        }

        return new PhraseFound(this, index, values, negated);
    }
}

/// <summary>A phrase in a rule's line.</summary>
/// <param name="End">Index of the word behind it.</param>
/// <param name="Negated">True for a <c>!</c> before the value.</param>
internal sealed record PhraseFound(Phrase Phrase, int End, IReadOnlyList<string> Values, bool Negated)
{
    /// <summary>True where what follows belongs to it, as far as it is no phrase of its own.</summary>
    public bool IsOpen { get; init; }

    /// <summary>As iptables-save spells it; null where the listing does not say enough.</summary>
    public string? Option => Phrase.Spell is { } spell ? spell([.. Values]) : Phrase.Option is { } option ? string.Format(CultureInfo.InvariantCulture, option, [.. Values]) : null;
}
