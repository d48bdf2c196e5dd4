using PcapPathAnalyzer.Diagnosis;

namespace PcapPathAnalyzer.Reports.Parquet;

/// <summary>The columns of <c>findings.csv</c>.</summary>
internal static class FindingColumns
{
    public static IReadOnlyList<ParquetColumn<Finding>> Create() =>
    [
        new TextColumn<Finding>("code", static (in Finding f) => f.Code),
        new TextColumn<Finding>("severity", static (in Finding f) => f.Severity.ToString().ToLowerInvariant()),
        new TextColumn<Finding>("flow_id", static (in Finding f) => f.Flows.Count > 0 ? f.Flows[0].Id : null),
        new TextColumn<Finding>("namespace", static (in Finding f) => f.Namespace),
        new TextColumn<Finding>("file", static (in Finding f) => f.Location?.File),
        new ValueColumn<Finding, int>("line", static (in Finding f) => f.Location is { Line: > 0 } l ? l.Line : null),
        new TextColumn<Finding>("message", static (in Finding f) => f.Message),
        new ValueColumn<Finding, int>("affected_flows", static (in Finding f) => f.Flows.Count),
        new TextColumn<Finding>("flows", static (in Finding f) => string.Join(' ', f.Flows.Select(x => x.Id))),
        new TextColumn<Finding>("confidence", static (in Finding f) => f.Confidence),
        new TextColumn<Finding>("evidence", static (in Finding f) => string.Join(' ', f.Evidence)),
        new TextColumn<Finding>("advice", static (in Finding f) => f.Advice),
    ];
}
