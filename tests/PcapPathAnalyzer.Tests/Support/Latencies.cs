using PcapPathAnalyzer.Diagnosis;

namespace PcapPathAnalyzer.Tests.Support;

/// <summary>What no packet does.</summary>
internal static class Latencies
{
    /// <summary>Hops that packets are said to reach before they left, by more than the clocks may be wrong.</summary>
    /// <param name="result">The flows and clocks.</param>
    /// <param name="slack">Nanoseconds that are forgiven.</param>
    public static IEnumerable<string> BelowNothing(this AnalysisResult result, long slack = 0) =>
        from flow in result.Flows
        from direction in new[] { flow.Forward, flow.Reply }
        from hop in direction.Hops
        where hop.Latency < -result.Clocks.LatencyUncertainty(direction, hop.Number - 1) - slack
        select $"{flow.Id} takes {hop.Latency} ns to {hop.Point}";
}
