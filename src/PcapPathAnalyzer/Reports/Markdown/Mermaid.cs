using System.Text;

namespace PcapPathAnalyzer.Reports.Markdown;

/// <summary>Text inside a Mermaid diagram: what could end a label or a statement becomes an entity code (mermaid.js.org, "Entity codes to escape characters").</summary>
internal static class Mermaid
{
    private const int MaxLength = 80;
    private const string Plain = " .:/-_,+=>µ→";

    public static string Label(string text)
    {
        text = Printable.Text(text.Length > MaxLength ? text[..MaxLength] + "…" : text);
        // The word that closes a block closes it in some labels too.
        if (text.Trim().Equals("end", StringComparison.OrdinalIgnoreCase))
            text = text.Trim() + ".";
        var safe = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || (rune.IsBmp && Plain.Contains((char)rune.Value)) || rune.Value == '…')
                safe.Append(rune);
            else
                safe.Append('#').Append(rune.Value).Append(';');
        }

        return safe.ToString();
    }
}
