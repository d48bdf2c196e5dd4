using System.Buffers;
using System.Text;

namespace PcapPathAnalyzer.Dumps.Iptables.Writing;

/// <summary>Quotes a word as iptables-save does (xtables.c, xtables_save_string).</summary>
internal static class Quote
{
    private static readonly SearchValues<char> Plain = SearchValues.Create("_-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    public static string Word(string text)
    {
        if (text.Length > 0 && text.AsSpan().IndexOfAnyExcept(Plain) < 0)
            return text;
        var quoted = new StringBuilder("\"", text.Length + 2);
        foreach (var c in text)
        {
            if (c is '"' or '\\' or '\'')
                quoted.Append('\\');
            quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }
}
