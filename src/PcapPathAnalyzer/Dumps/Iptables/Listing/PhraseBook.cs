namespace PcapPathAnalyzer.Dumps.Iptables.Listing;

/// <summary>Finds the phrase that stands at a place of a listing.</summary>
internal sealed class PhraseBook
{
    private readonly Dictionary<string, Phrase[]> phrases;

    public PhraseBook(IEnumerable<Phrase> all) =>
        phrases = all.GroupBy(static p => p.Key, StringComparer.Ordinal).ToDictionary(static g => g.Key, static g => g.OrderByDescending(static p => p.Length).ToArray(), StringComparer.Ordinal);

    /// <summary>The longest phrase that begins at a word; null where none does.</summary>
    /// <param name="extension">The extension that the words before belong to.</param>
    public PhraseFound? At(IReadOnlyList<(string Text, int At)> words, int index, string extension)
    {
        var word = words[index].Text;
        var prefix = word.AsSpan().IndexOfAny(':', '=') + 1;
        return Find(word) ?? (prefix > 0 && prefix < word.Length ? Find(word[..prefix]) : null);

        PhraseFound? Find(string key)
        {
            foreach (var phrase in phrases.GetValueOrDefault(key, []))
            {
                if ((phrase.After.Length == 0 || phrase.After.Split(' ').Contains(extension)) && phrase.At(words, index) is { } found)
                    return found;
            }

            return null;
        }
    }
}
