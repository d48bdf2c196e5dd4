using System.Text;

namespace PcapPathAnalyzer.Dumps.Text;

/// <summary>A text's lines without their ends, and without what terminals add.</summary>
internal sealed class Lines
{
    private const char Escape = '\u001b';
    private const char ByteOrderMark = '\uFEFF';

    private Lines(string[] all, bool isCut)
    {
        All = all;
        IsCut = isCut;
    }

    public string[] All { get; }

    /// <summary>True where the last line has no line end.</summary>
    public bool IsCut { get; }

    /// <summary>Reads to the end; each line becomes a string at once, so that the text is in memory one time, not two. Null where it has more characters than it may.</summary>
    public static Lines? Read(TextReader text, long limit = long.MaxValue)
    {
        var lines = new Parts();
        var begun = new StringBuilder();
        var chunk = new char[1 << 15];
        for (int read; (read = text.ReadBlock(chunk)) > 0; limit -= read)
        {
            if (read > limit)
                return null;
            var rest = chunk.AsSpan(0, read);
            for (int end; (end = rest.IndexOf('\n')) >= 0; rest = rest[(end + 1)..])
            {
                if (begun.Length == 0)
                {
                    lines.Add(rest[..end]);
                    continue;
                }

                lines.Add(begun.Append(rest[..end]).ToString());
                begun.Clear();
            }

            begun.Append(rest);
        }

        var isCut = begun.Length > 0;
        if (isCut)
            lines.Add(begun.ToString());
        return new Lines(lines.ToArray(), isCut);
    }

    private static string Clean(ReadOnlySpan<char> line, bool isFirst)
    {
        if (isFirst && line is [ByteOrderMark, ..])
            line = line[1..];
        if (line is [.., '\r'])
            line = line[..^1];
        return line.Contains(Escape) ? WithoutColours(line) : line.ToString();
    }

    // ECMA-48 control sequences (ip -c): ESC [ parameters, then one letter.
    private static string WithoutColours(ReadOnlySpan<char> line)
    {
        var kept = new StringBuilder(line.Length);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] != Escape)
            {
                kept.Append(line[i]);
                continue;
            }

            if (i + 1 < line.Length && line[i + 1] == '[')
            {
                i += 2;
                while (i < line.Length && line[i] is < '@' or > '~')
                    i++;
            }
        }

        return kept.ToString();
    }

    // A list that grows leaves large arrays behind, and each few megabytes of those make the runtime collect the whole heap.
    private sealed class Parts
    {
        private const int Length = 4096;

        private readonly List<string[]> full = [];
        private string[] last = new string[Length];
        private int used;

        public void Add(ReadOnlySpan<char> line)
        {
            if (used == Length)
            {
                full.Add(last);
                (last, used) = (new string[Length], 0);
            }

            last[used] = Clean(line, isFirst: used == 0 && full.Count == 0);
            used++;
        }

        public string[] ToArray()
        {
            var all = new string[(full.Count * Length) + used];
            for (var i = 0; i < full.Count; i++)
                full[i].CopyTo(all, i * Length);
            last.AsSpan(0, used).CopyTo(all.AsSpan(full.Count * Length));
            return all;
        }
    }
}
