using System.Diagnostics.CodeAnalysis;

namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>
/// Objects by their text, asked for without a string. Split into small dictionaries: one for the hundred thousand chains and comments of a large
/// ruleset would grow through arrays that the runtime keeps apart as large objects, and each few megabytes of those make it collect the whole heap.
/// </summary>
internal sealed class WordTable<T>
{
    private const int Parts = 64;

    private readonly Dictionary<string, T>.AlternateLookup<ReadOnlySpan<char>>[] parts = new Dictionary<string, T>.AlternateLookup<ReadOnlySpan<char>>[Parts];
    private readonly bool[] begun = new bool[Parts];

    public bool TryGet(ReadOnlySpan<char> text, [MaybeNullWhen(false)] out T value)
    {
        var part = PartOf(text);
        value = default;
        return begun[part] && parts[part].TryGetValue(text, out value);
    }

    public void Set(string text, T value)
    {
        var part = PartOf(text);
        if (!begun[part])
            (parts[part], begun[part]) = (new Dictionary<string, T>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>(), true);
        parts[part].Dictionary[text] = value;
    }

    // FNV-1a over the end, where names and addresses differ: it only spreads, the dictionaries compare.
    private static int PartOf(ReadOnlySpan<char> text)
    {
        var hash = 2166136261;
        foreach (var c in text.Length > 8 ? text[^8..] : text)
            hash = (hash ^ c) * 16777619;
        return (int)((hash ^ (hash >> 16)) % Parts);
    }
}
