using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Reports;

/// <summary>Outcomes as the contract spells them.</summary>
public static class Outcomes
{
    public static string Name(FlowOutcome outcome) => outcome == FlowOutcome.OneWay ? "one-way" : outcome.ToString().ToLowerInvariant();
}
