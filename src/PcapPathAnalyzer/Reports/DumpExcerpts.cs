using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Reports;

/// <summary>A line of a dump with its number, and whether it is the one meant.</summary>
internal readonly record struct ExcerptLine(int Number, string Text, bool IsCited);

/// <summary>Cited dump lines with their neighbours.</summary>
internal sealed class DumpExcerpts(Bundle bundle)
{
    private readonly Dictionary<string, IReadOnlyList<string>> files = MakeFiles(bundle);

    /// <param name="place">The cited line.</param>
    /// <param name="around">Lines shown before and after it.</param>
    public IReadOnlyList<ExcerptLine> Around(SourceLocation place, int around = 2)
    {
        if (place.Line <= 0 || !files.TryGetValue(place.File, out var lines))
            return [];
        var list = new List<ExcerptLine>();
        for (var n = Math.Max(1, place.Line - around); n <= Math.Min(lines.Count, place.Line + around); n++)
            list.Add(new ExcerptLine(n, lines[n - 1], n == place.Line));
        return list;
    }

    private static Dictionary<string, IReadOnlyList<string>> MakeFiles(Bundle bundle)
    {
        var map = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var dump in bundle.Dumps)
            map.TryAdd(dump.Document.File, dump.Document.Lines);
        return map;
    }
}
