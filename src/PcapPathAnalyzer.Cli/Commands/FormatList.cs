using PcapPathAnalyzer.Reports;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary>The argument of <c>--format</c> where it names report files.</summary>
internal static class FormatList
{
    public static string Help { get; } = $"Which files --out gets, comma separated: {Names} (all by default but {ReportSet.ParquetFormat}, tables for DuckDB, Spark and their kind)";

    private static string Names => string.Join(',', ReportFormats.All.Select(f => f.Format).Append(ReportSet.ParquetFormat));

    /// <param name="list">Null for the usual ones.</param>
    public static bool TryPick(string? list, out ReportSet set, out string refusal)
    {
        refusal = "";
        set = new ReportSet();
        if (list is null)
            return true;
        var picked = new List<IReport>();
        foreach (var name in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (name == ReportSet.ParquetFormat)
                set = set with { Parquet = true };
            else if (ReportFormats.All.FirstOrDefault(f => f.Format == name) is { } report)
                picked.Add(report);
            else
                refusal = $"--format: '{name}' is none of {Names}";
        }

        set = set with { Reports = picked };
        return refusal.Length == 0;
    }
}
