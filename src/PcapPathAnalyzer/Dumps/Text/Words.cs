using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Text;

/// <summary>
/// Walks over the words of a line, without allocating. The first word that could not be taken as asked is remembered as
/// the line's fault, so that a reader looks at it once, at the end. A word that begins with # ends the line: a comment.
/// </summary>
internal ref struct Words
{
    private readonly ReadOnlySpan<char> line;
    private readonly int firstColumn;
    private int end;

    /// <param name="line">The line, or the part of it that is to be read.</param>
    /// <param name="firstColumn">Column of its first character, from 1.</param>
    public Words(ReadOnlySpan<char> line, int firstColumn = 1)
    {
        this.line = line;
        this.firstColumn = firstColumn;
        Column = firstColumn;
    }

    /// <summary>The word last moved to; empty before the first and behind the last.</summary>
    public ReadOnlySpan<char> Current { get; private set; }

    /// <summary>Column of <see cref="Current"/>, from 1.</summary>
    public int Column { get; private set; }

    /// <summary>Column of the first word that was not what it had to be; 0 where all were.</summary>
    public int Fault { get; private set; }

    /// <summary>True where a word should have had a value, and that was missing or no such value: what the entry says is not known in full.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>What stands behind the current word.</summary>
    public readonly ReadOnlySpan<char> Rest => line[end..].Trim();

    /// <summary>Moves to the next word; false at the end of the line.</summary>
    public bool Next()
    {
        var start = end;
        while (start < line.Length && char.IsWhiteSpace(line[start]))
            start++;
        end = start;
        while (end < line.Length && !char.IsWhiteSpace(line[end]))
            end++;
        if (start < end && line[start] == '#')
            start = end = line.Length;
        Current = line[start..end];
        Column = firstColumn + start;
        return start < end;
    }

    /// <summary>The word behind the current one, without moving to it.</summary>
    public readonly ReadOnlySpan<char> Peek()
    {
        var ahead = this;
        ahead.Next();
        return ahead.Current;
    }

    /// <summary>Moves to the next word if it is this one.</summary>
    public bool Skip(string word)
    {
        if (!Peek().SequenceEqual(word))
            return false;
        return Next();
    }

    /// <summary>Declares the current word not understood.</summary>
    public void Fail()
    {
        if (Fault == 0)
            Fault = Column;
    }

    /// <summary>Declares the entry broken at the current word: a value is missing or none.</summary>
    public void Break()
    {
        Fail();
        IsBroken = true;
    }

    /// <summary>The next word, which has to be there.</summary>
    public string Take()
    {
        if (!Next())
            Break();
        return Current.ToString();
    }

    public IpAddress TakeAddress()
    {
        if (Next() && IpAddress.TryParse(WithoutZone(Current), out var address))
            return address;
        Break();
        return default;
    }

    public MacAddress TakeMac()
    {
        if (Next() && MacAddress.TryParse(Current, out var mac))
            return mac;
        Break();
        return default;
    }

    public int TakeInt() => TakeLong() is var value and >= int.MinValue and <= int.MaxValue ? (int)value : Refuse();

    /// <summary>Decimal, or hexadecimal behind 0x.</summary>
    public long TakeLong()
    {
        if (Next() && Numbers.TryParse(Current, out var value))
            return value;
        Break();
        return 0;
    }

    /// <summary><c>on</c> or <c>off</c>.</summary>
    public bool TakeOn()
    {
        if (!Next() || Current is not ("on" or "off"))
            Break();
        return Current is "on";
    }

    private int Refuse()
    {
        Break();
        return 0;
    }

    private static ReadOnlySpan<char> WithoutZone(ReadOnlySpan<char> text) => text.IndexOf('%') is var zone and >= 0 ? text[..zone] : text;
}
