using CsvHelper;
using PcapPathAnalyzer.Reports;

namespace PcapPathAnalyzer.Batches;

/// <summary><c>summary.csv</c>: a row per bundle and finding; a bundle without findings, or one that could not be read, has one row.</summary>
internal static class SummaryCsv
{
    private static readonly string[] Columns =
    [
        "bundle", "path", "date", "status", "captures", "frames", "flows", "failed_flows", "code", "severity", "namespace", "file", "line", "affected_flows", "message",
    ];

    public static void Write(BatchSummary summary, string path) => OutputFile.Write(path, writer =>
    {
        using var csv = CsvTable.Create(writer);
        csv.WriteHeader(Columns);
        foreach (var bundle in summary.Bundles)
        {
            foreach (var cause in bundle.Causes.DefaultIfEmpty())
                Row(csv, bundle, cause);
        }
    });

    private static void Row(CsvWriter csv, BundleRecord bundle, RecordedCause? cause)
    {
        csv.WriteText(bundle.Name);
        csv.WriteText(bundle.Path);
        csv.WriteField(bundle.Date?.ToString("O"));
        csv.WriteField(bundle.Status.ToString().ToLowerInvariant());
        var analyzed = bundle.Status == BundleStatus.Analyzed;
        csv.WriteField(analyzed ? bundle.Captures : (int?)null);
        csv.WriteField(analyzed ? bundle.Frames : (long?)null);
        csv.WriteField(analyzed ? bundle.Flows : (int?)null);
        csv.WriteField(analyzed ? bundle.FailedFlows : (int?)null);
        csv.WriteField(cause?.Code);
        csv.WriteField(cause?.Severity.ToString().ToLowerInvariant());
        csv.WriteText(cause?.Namespace);
        csv.WriteText(cause?.File);
        csv.WriteField(cause is { Line: > 0 } ? cause.Line : (int?)null);
        csv.WriteField(cause?.Flows);
        csv.WriteText(cause?.Message ?? bundle.Error);
        csv.EndRecord();
    }
}
