using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Reports;

/// <summary>A line of a dump with its number, and whether it is the one meant.</summary>
internal readonly record struct ExcerptLine(int Number, string Text, bool IsCited);

/// <summary>Cited dump lines with their neighbours. Files are split once, when first cited.</summary>
internal sealed class DumpExcerpts(Bundle bundle)
{
    private readonly Dictionary<string, string> texts = MakeTexts(bundle);
    private readonly Dictionary<string, string[]> lines = new(StringComparer.Ordinal);

    /// <param name="place">The cited line.</param>
    /// <param name="around">Lines shown before and after it.</param>
    public IReadOnlyList<ExcerptLine> Around(SourceLocation place, int around = 2)
    {
        if (place.Line <= 0 || !texts.TryGetValue(place.File, out var text))
            return [];
        if (!lines.TryGetValue(place.File, out var all))
            lines.Add(place.File, all = text.Split('\n'));
        var list = new List<ExcerptLine>();
        for (var n = Math.Max(1, place.Line - around); n <= Math.Min(all.Length, place.Line + around); n++)
        {
            if (n < all.Length || all[n - 1].Length > 0)
                list.Add(new ExcerptLine(n, all[n - 1].TrimEnd('\r'), n == place.Line));
        }

        return list;
    }

    private static Dictionary<string, string> MakeTexts(Bundle bundle)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var dump in bundle.Dumps)
            map.TryAdd(dump.Document.File, dump.Document.Text);
        return map;
    }
}
