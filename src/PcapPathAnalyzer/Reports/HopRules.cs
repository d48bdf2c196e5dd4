using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Reports;

/// <summary>The rules that tables cite for a hop, where several decided something there.</summary>
internal static class HopRules
{
    /// <summary>The rule that chose the source address; null where none did.</summary>
    public static Citation? SourceRule(this Hop hop) => hop.Actions.FirstOrDefault(IsSource)?.Citation;

    /// <summary>The rule that chose the destination or the way, or else the source.</summary>
    public static Citation? MainRule(this Hop hop) => hop.Actions.FirstOrDefault(a => a.Citation is not null && !IsSource(a))?.Citation ?? hop.SourceRule();

    private static bool IsSource(HopAction action) => action.Name is "snat" or "masquerade";
}
