using System.Text;

namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>
/// The words of one rule line, split as iptables-restore splits them (iptables/xshared.c, add_param_to_argv): blanks
/// separate, double quotes hold together, a backslash inside quotes takes the next character as it is.
/// One instance is used for many lines; nothing is allocated for a word without quotes, or with one pair around it.
/// </summary>
internal sealed class RuleWords
{
    private int[] starts = new int[64];
    private int[] ends = new int[64];
    private Quotes[] quotes = new Quotes[64];
    private string?[] unquoted = new string?[64];

    public string Line { get; private set; } = "";

    public int Count { get; private set; }

    /// <summary>True where the line ends inside quotes.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>The word without its quotes.</summary>
    public ReadOnlySpan<char> this[int index] => quotes[index] switch
    {
        Quotes.None => Line.AsSpan(starts[index], ends[index] - starts[index]),
        Quotes.Around => Line.AsSpan(starts[index] + 1, ends[index] - starts[index] - 2),
        _ => unquoted[index],
    };

    /// <summary>True for words that had quotes: never options.</summary>
    public bool IsQuoted(int index) => quotes[index] != Quotes.None;

    /// <summary>Column of the word, from 1.</summary>
    public int Column(int index) => index < Count ? starts[index] + 1 : Line.Length + 1;

    /// <summary>The line from the first to the last of some words, quotes and all.</summary>
    public ReadOnlySpan<char> Raw(int first, int last) => first >= Count || last < first ? default : Line.AsSpan(starts[first], ends[Math.Min(last, Count - 1)] - starts[first]);

    public void Split(string line, int from = 0)
    {
        Line = line;
        Count = 0;
        IsOpen = false;
        for (var i = from; i < line.Length;)
        {
            if (IsBlank(line[i]))
            {
                i++;
                continue;
            }

            var start = i;
            while (i < line.Length && !IsBlank(line[i]) && line[i] != '"')
                i++;
            if (i < line.Length && line[i] == '"')
                i = Quoted(line, start);
            else
                Add(start, i, Quotes.None);
        }
    }

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\r' or '\n';

    private int Quoted(string line, int start)
    {
        var inside = line.AsSpan(start + 1);
        if (line[start] == '"' && inside.IndexOfAny('"', '\\') is var end and >= 0 && inside[end] == '"' && (end + 1 == inside.Length || IsBlank(inside[end + 1])))
        {
            Add(start, start + end + 2, Quotes.Around);
            return start + end + 2;
        }

        var text = new StringBuilder();
        var open = false;
        var i = start;
        for (; i < line.Length && (open || !IsBlank(line[i])); i++)
        {
            if (line[i] == '"')
                open = !open;
            else if (open && line[i] == '\\' && i + 1 < line.Length)
                text.Append(line[++i]);
            else
                text.Append(line[i]);
        }

        IsOpen |= open;
        Add(start, i, Quotes.Inside);
        unquoted[Count - 1] = text.ToString();
        return i;
    }

    private void Add(int start, int end, Quotes kind)
    {
        if (Count == starts.Length)
        {
            Array.Resize(ref starts, Count * 2);
            Array.Resize(ref ends, Count * 2);
            Array.Resize(ref quotes, Count * 2);
            Array.Resize(ref unquoted, Count * 2);
        }

        starts[Count] = start;
        ends[Count] = end;
        quotes[Count++] = kind;
    }

    private enum Quotes : byte
    {
        None,

        /// <summary>One pair around the word, nothing escaped: what <c>--comment</c> has.</summary>
        Around,

        /// <summary>Any other: the word is kept without them.</summary>
        Inside,
    }
}
