namespace PcapPathAnalyzer.Dumps.Text;

/// <summary>How much of a text looks like one kind of dump.</summary>
internal static class Share
{
    private const int Sample = 60;

    public delegate bool LineTest(ReadOnlySpan<char> line);

    /// <summary>0 to 100: how many of the first lines pass the test; lines that are empty or a comment do not count.</summary>
    public static int Of(DumpText text, LineTest looksRight)
    {
        int seen = 0, right = 0;
        for (var i = 0; i < text.Count && seen < Sample; i++)
        {
            var line = text[i].AsSpan().TrimEnd();
            if (line.IsEmpty || line[0] == '#')
                continue;
            seen++;
            if (looksRight(line))
                right++;
        }

        // One right line is enough to be asked; none is certainly someone else's.
        return right == 0 ? 0 : Math.Max(1, 100 * right / seen);
    }
}
