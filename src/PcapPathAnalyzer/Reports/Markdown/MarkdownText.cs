using System.Text;

namespace PcapPathAnalyzer.Reports.Markdown;

/// <summary>Text from a bundle inside Markdown (CommonMark 0.31, GitHub's extensions): shown as it is, and never markup, a link or a mention.</summary>
internal static class MarkdownText
{
    private const string Special = "\\`*_{}[]<|~$!^&";

    /// <summary>Inside a line of prose.</summary>
    public static string Prose(string text)
    {
        text = Printable.Text(text);
        var safe = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (Special.Contains(c))
                safe.Append('\\').Append(c);
            else if (c is '@' or '#')
                safe.Append(c).Append("<!-- -->"); // or GitHub makes it a mention or an issue
            else if (c == ':' && text.AsSpan(i).StartsWith("://"))
                safe.Append("\\:");
            else if (c == '.' && i >= 3 && text.AsSpan(i - 3, 3).Equals("www", StringComparison.OrdinalIgnoreCase))
                safe.Append("\\.");
            else
                safe.Append(c);
        }

        // What would open a list, a heading's underline or a quotation at the beginning of a line.
        var first = safe.Length > 0 ? safe[0] : ' ';
        return first is '-' or '+' or '=' or '>' || IsNumbering(text) ? $"&#{(int)first};{safe.ToString(1, safe.Length - 1)}" : safe.ToString();
    }

    /// <summary>A code span, longer fenced than any run of backticks inside; good in table cells too.</summary>
    public static string Code(string text)
    {
        text = Printable.Text(text).Replace("|", "\\|", StringComparison.Ordinal);
        if (text.Length == 0)
            return "";
        var fence = new string('`', LongestRun(text) + 1);
        var pad = text[0] == '`' || text[^1] == '`' ? " " : "";
        return $"{fence}{pad}{text}{pad}{fence}";
    }

    /// <summary>A fenced block of lines.</summary>
    public static IEnumerable<string> Block(IReadOnlyList<string> lines, string language = "")
    {
        var safe = lines.Select(Printable.Text).ToList();
        var fence = new string('`', Math.Max(3, safe.Count == 0 ? 3 : safe.Max(LongestRun) + 1));
        yield return fence + language;
        foreach (var line in safe)
            yield return line;
        yield return fence;
    }

    private static bool IsNumbering(string text)
    {
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        return digits > 0 && digits + 1 < text.Length && text[digits] is '.' or ')' && text[digits + 1] == ' ';
    }

    private static int LongestRun(string text)
    {
        var (longest, run) = (0, 0);
        foreach (var c in text)
        {
            run = c == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }
}
