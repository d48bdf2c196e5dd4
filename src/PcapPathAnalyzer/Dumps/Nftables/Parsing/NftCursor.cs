namespace PcapPathAnalyzer.Dumps.Nftables.Parsing;

/// <summary>Walks over the tokens of a ruleset, or of one rule.</summary>
internal sealed class NftCursor(IReadOnlyList<NftToken> tokens, DumpText text)
{
    private static readonly NftToken Nothing = new("", NftTokenKind.LineEnd, 0, 0, 0);

    public int Position { get; set; }

    public bool AtEnd => Position >= tokens.Count;

    public NftToken Current => At(0);

    /// <summary>True where nothing more belongs to the entry: the end of its line, a semicolon, or the block's closing brace.</summary>
    public bool AtEntryEnd => AtEnd || Current.Kind == NftTokenKind.LineEnd || Current.Is(";") || Current.Is("}");

    public NftToken At(int ahead) => Position + ahead is var i && i >= 0 && i < tokens.Count ? tokens[i] : Nothing;

    public bool IsAt(string word) => !AtEnd && Current.Is(word);

    public NftToken Take()
    {
        var token = Current;
        Position++;
        return token;
    }

    public bool Skip(string word)
    {
        if (!IsAt(word))
            return false;
        Position++;
        return true;
    }

    /// <summary>Moves over ends of lines and semicolons.</summary>
    public void SkipBlank()
    {
        while (!AtEnd && (Current.Kind == NftTokenKind.LineEnd || Current.Is(";")))
            Position++;
    }

    public void SkipLineEnds()
    {
        while (!AtEnd && Current.Kind == NftTokenKind.LineEnd)
            Position++;
    }

    /// <summary>Moves over the block whose opening brace is current, to behind its closing one; false where the text ends before.</summary>
    public bool SkipBlock()
    {
        for (var depth = 0; !AtEnd; Position++)
        {
            if (IsAt("{"))
                depth++;
            else if (IsAt("}") && --depth == 0)
            {
                Position++;
                return true;
            }
        }

        return false;
    }

    /// <summary>Moves to where the entry ends, over blocks in it.</summary>
    public void SkipEntry()
    {
        while (!AtEntryEnd)
        {
            if (IsAt("{"))
                SkipBlock();
            else
                Position++;
        }
    }

    /// <summary>The source text of tokens: as it stands where they are on one line, otherwise joined by blanks.</summary>
    public string Text(int from, int to)
    {
        to = Math.Min(to, tokens.Count);
        while (to > from && tokens[to - 1].Kind == NftTokenKind.LineEnd)
            to--;
        if (to <= from)
            return "";
        var (first, last) = (tokens[from], tokens[to - 1]);
        if (first.Line == last.Line)
            return text[first.Line][first.Start..last.End];
        return string.Join(' ', Enumerable.Range(from, to - from).Select(i => tokens[i]).Where(static t => t.Kind != NftTokenKind.LineEnd).Select(t => text[t.Line][t.Start..t.End]));
    }

    /// <summary>Tokens of one entry, without ends of lines inside its blocks; the cursor moves behind it.</summary>
    public NftCursor TakeEntry()
    {
        var from = Position;
        SkipEntry();
        var entry = new List<NftToken>(Position - from);
        for (var i = from; i < Position; i++)
        {
            if (tokens[i].Kind != NftTokenKind.LineEnd)
                entry.Add(tokens[i]);
        }

        return new NftCursor(entry, text);
    }

    public int Count => tokens.Count;
}
