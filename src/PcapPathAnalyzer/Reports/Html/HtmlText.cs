using System.Text;

namespace PcapPathAnalyzer.Reports.Html;

/// <summary>Text from a bundle inside HTML, as content or as an attribute's value.</summary>
internal static class HtmlText
{
    public static string Of(string text)
    {
        text = Printable.Text(text);
        if (text.AsSpan().IndexOfAny("&<>\"'") < 0)
            return text;
        var safe = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = c switch
            {
                '&' => safe.Append("&amp;"),
                '<' => safe.Append("&lt;"),
                '>' => safe.Append("&gt;"),
                '"' => safe.Append("&quot;"),
                '\'' => safe.Append("&#39;"),
                _ => safe.Append(c),
            };
        }

        return safe.ToString();
    }
}
