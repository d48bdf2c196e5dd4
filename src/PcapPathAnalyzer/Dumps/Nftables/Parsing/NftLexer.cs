using System.Globalization;

namespace PcapPathAnalyzer.Dumps.Nftables.Parsing;

/// <summary>Cuts a ruleset into words (src/scanner.l of nftables). Comments are left out; handles that <c>-a</c> prints in them are kept by line.</summary>
/// <param name="shared">Words seen before, each to be one string; those of this text are added.</param>
internal sealed class NftLexer(DumpText text, HashSet<string>? shared = null)
{
    private const string Breaks = "{},;()|^\"";

    private static readonly string[] RawPayloads = ["@ll,", "@nh,", "@th,", "@ih,"];

    private readonly List<NftToken> tokens = [];
    private readonly HashSet<string> words = shared ?? new(StringComparer.Ordinal);
    private HashSet<string>.AlternateLookup<ReadOnlySpan<char>> known;

    /// <summary>Handles by the index of their line.</summary>
    public Dictionary<int, long> Handles { get; } = [];

    public List<NftToken> Run()
    {
        known = words.GetAlternateLookup<ReadOnlySpan<char>>();
        // A list that grows leaves half of itself behind, again and again; words are some seven characters apart.
        tokens.EnsureCapacity(text.Count + (int)(text.Lines.Sum(static l => (long)l.Length) / 7));
        for (var i = 0; i < text.Count; i++)
            Line(text[i], i);
        return tokens;
    }

    private void Line(string line, int index)
    {
        var at = 0;
        var continues = false;
        while (at < line.Length)
        {
            var c = line[at];
            if (char.IsWhiteSpace(c))
            {
                at++;
            }
            else if (c == '#')
            {
                Comment(line.AsSpan(at), index);
                break;
            }
            else if (c == '\\' && line.AsSpan(at + 1).Trim().IsEmpty)
            {
                continues = true;
                break;
            }
            else
            {
                at = c == '"' ? Quoted(line, at, index) : IsOperator(c) ? Operator(line, at, index) : Breaks.Contains(c) ? Add(line, at, at + 1, index, NftTokenKind.Symbol) : Word(line, at, index);
            }
        }

        if (!continues)
            tokens.Add(new NftToken("", NftTokenKind.LineEnd, index, line.Length, line.Length));
    }

    private int Quoted(string line, int at, int index)
    {
        var close = line.IndexOf('"', at + 1);
        var end = close < 0 ? line.Length : close;
        tokens.Add(new NftToken(Kept(line.AsSpan(at + 1, end - at - 1)), NftTokenKind.Quoted, index, at, close < 0 ? end : end + 1));
        return end + 1;
    }

    private int Operator(string line, int at, int index)
    {
        var end = at + 1;
        while (end < line.Length && IsOperator(line[end]))
            end++;
        return Add(line, at, end, index, NftTokenKind.Symbol);
    }

    private int Word(string line, int at, int index)
    {
        var end = at;
        var isRaw = Array.Exists(RawPayloads, p => line.AsSpan(at).StartsWith(p, StringComparison.Ordinal));
        while (end < line.Length && !char.IsWhiteSpace(line[end]) && (!Breaks.Contains(line[end]) || (isRaw && line[end] == ',')) && line[end] is not '&')
            end++;
        // A colon behind a word of a rule file parts it from what follows; the one of an address does not stand at its end.
        if (end - at > 1 && line[end - 1] == ':' && line[end - 2] != ':')
        {
            Add(line, at, end - 1, index, NftTokenKind.Word);
            at = end - 1;
        }

        // redirect to :tcp dport map { ... }; an address in IPv6 has no letter behind its first colon.
        if (end - at > 1 && line[at] == ':' && char.IsAsciiLetter(line[at + 1]))
            at = Add(line, at, at + 1, index, NftTokenKind.Word);
        return Add(line, at, end, index, NftTokenKind.Word);
    }

    private int Add(string line, int from, int to, int index, NftTokenKind kind)
    {
        tokens.Add(new NftToken(Kept(line.AsSpan(from, to - from)), kind, index, from, to));
        return to;
    }

    // Most words of a ruleset come again and again.
    private string Kept(ReadOnlySpan<char> word)
    {
        if (known.TryGetValue(word, out var kept))
            return kept;
        kept = word.ToString();
        words.Add(kept);
        return kept;
    }

    private void Comment(ReadOnlySpan<char> comment, int index)
    {
        comment = comment.TrimStart('#').Trim();
        if (comment.StartsWith("handle ") && long.TryParse(comment["handle ".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var handle))
            Handles[index] = handle;
    }

    private static bool IsOperator(char c) => c is '=' or '!' or '<' or '>' or '&';
}
