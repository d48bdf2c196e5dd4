using System.Text;

namespace PcapPathAnalyzer.Reports;

/// <summary>
/// Text from a bundle made safe for a terminal: control characters (terminal escapes among them) and the marks that
/// reorder text (Unicode TR 36 section 2.3) are shown as escapes, and what is endless is cut.
/// </summary>
public static class Printable
{
    private const int MaxLength = 2000;

    public static string Text(string text)
    {
        if (text.Length <= MaxLength && !text.AsSpan().ContainsAnyInRange('\0', '\u001f') && !HasOddities(text))
            return text;
        var safe = new StringBuilder();
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, MaxLength)))
        {
            if (c == '\t')
                safe.Append(' ');
            else if (IsOdd(c))
                safe.Append($"\\u{(int)c:x4}");
            else
                safe.Append(c);
        }

        if (text.Length > MaxLength)
            safe.Append($"… ({text.Length} characters)");
        return safe.ToString();
    }

    /// <summary>As <see cref="Text"/>, where line breaks may stay.</summary>
    public static string Lines(string text) => string.Join('\n', text.Split('\n').Select(Text));

    private static bool HasOddities(string text)
    {
        foreach (var c in text)
        {
            if (IsOdd(c))
                return true;
        }

        return false;
    }

    private static bool IsOdd(char c) =>
        char.IsControl(c) || c is >= '\u200b' and <= '\u200f' or >= '\u202a' and <= '\u202e' or >= '\u2060' and <= '\u2069' or '\ufeff' || char.IsSurrogate(c);
}
