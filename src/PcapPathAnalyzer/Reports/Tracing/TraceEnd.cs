using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Reports.Tracing;

/// <summary>Where a way ends, and what is known of the reason.</summary>
/// <param name="Verdict"><c>arrived</c>, <c>last-capture-point</c> (the destination is not captured, and nothing is wrong) or <c>lost</c>.</param>
internal sealed record TraceEnd(string Verdict, string Message, IReadOnlyList<Finding> Findings)
{
    public static TraceEnd Of(AnalysisResult result, Flow flow, bool isReply, Hop last)
    {
        var target = isReply ? flow.ClientNamespace : flow.ServerNamespace;
        var findings = result.Findings.Where(f => f.Severity >= Severity.Warning && f.Flows.Contains(flow)).ToList();
        if (last.Point.Namespace == target && last.Tuple.Destination == (isReply ? flow.Requested.Source : flow.Served?.Destination ?? flow.Requested.Destination))
            return new TraceEnd("arrived", $"arrived in {target}", flow.IsHealthy() ? [] : findings);
        var direction = isReply ? flow.Reply : flow.Forward;
        if (flow.IsHealthy() && last == direction.Hops[^1])
            return new TraceEnd("last-capture-point", $"{last.Point} is the last capture point on its way", []);
        return new TraceEnd("lost", $"last seen at {last.Point}, {last.Tuple.Ends()}", findings);
    }
}
