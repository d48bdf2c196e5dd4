namespace PcapPathAnalyzer.Dumps.Text;

/// <summary>A text's lines without their ends, and without what terminals add.</summary>
internal static class Lines
{
    private const char Escape = '\u001b';

    public static string[] Of(string content)
    {
        if (content.Length > 0 && content[0] == '\uFEFF')
            content = content[1..];
        var lines = content.Split('\n');
        if (lines[^1].Length == 0)
            lines = lines[..^1];
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (line.Length > 0 && line[^1] == '\r')
                line = line[..^1];
            lines[i] = line.Contains(Escape, StringComparison.Ordinal) ? WithoutColours(line) : line;
        }

        return lines;
    }

    // ECMA-48 control sequences (ip -c): ESC [ parameters, then one letter.
    private static string WithoutColours(string line)
    {
        var kept = new System.Text.StringBuilder(line.Length);
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
}
