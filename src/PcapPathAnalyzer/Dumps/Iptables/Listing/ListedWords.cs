namespace PcapPathAnalyzer.Dumps.Iptables.Listing;

/// <summary>
/// What the extensions print behind a rule's columns, as words. A comment and a quoted text are one word each; neither escapes
/// anything, so a text that looks like its own end cannot be told from it.
/// </summary>
internal static class ListedWords
{
    /// <summary>Each word with its index in the line.</summary>
    public static List<(string Text, int At)> Of(string line, int from)
    {
        var words = new List<(string, int)>();
        for (var i = from; i < line.Length;)
        {
            if (char.IsWhiteSpace(line[i]))
            {
                i++;
                continue;
            }

            var end = End(line, i);
            words.Add((line[i..end], i));
            i = end;
        }

        return words;
    }

    /// <summary>The text of <c>/* text */</c>; null for any other word.</summary>
    public static string? Comment(string word) => word is ['/', '*', ' ', .. var text, ' ', '*', '/'] ? text : null;

    private static int End(string line, int start)
    {
        if (line.AsSpan(start).StartsWith("/* ") && line.IndexOf(" */", start + 2, StringComparison.Ordinal) is var close and > 0)
            return close + 3;
        if (line[start] == '"')
        {
            for (var quote = line.IndexOf('"', start + 1); quote > 0; quote = line.IndexOf('"', quote + 1))
            {
                if (quote + 1 == line.Length || line[quote + 1] == ' ')
                    return quote + 1;
            }
        }

        var end = start;
        while (end < line.Length && !char.IsWhiteSpace(line[end]))
            end++;
        return end;
    }
}
