using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Reports.Html.Data;

/// <summary>Which flows the page lists, and of which it has every packet: what failed first, then a sample of the rest.</summary>
internal sealed class ShownFlows
{
    /// <summary>About 40 bytes each: this many keep the page below 5 MB.</summary>
    public const int MaxListed = 100_000;

    /// <summary>Observations drawn in ladders, about 9 bytes each.</summary>
    private const int MaxObservations = 60_000;

    private const int MaxPackets = 300;

    private ShownFlows(List<Flow> listed, HashSet<Flow> detailed, List<IGrouping<string, Flow>> ways)
    {
        Listed = listed;
        Detailed = detailed;
        Ways = ways;
    }

    /// <summary>By number.</summary>
    public IReadOnlyList<Flow> Listed { get; }

    public IReadOnlySet<Flow> Detailed { get; }

    /// <summary>Flows that took the same way with the same result; those with failed flows first.</summary>
    public IReadOnlyList<IGrouping<string, Flow>> Ways { get; }

    public static ShownFlows Of(AnalysisResult result)
    {
        var ways = result.Worst().GroupBy(FlowText.Way, StringComparer.Ordinal).ToList();
        var listed = result.Worst().Take(MaxListed).OrderBy(f => f.Number).ToList();
        // The first of each way, then the worst, then the others, as long as there is room.
        var known = listed.ToHashSet();
        var detailed = new HashSet<Flow>();
        var left = MaxObservations;
        foreach (var flow in ways.Select(g => g.First()).Concat(result.Worst()).Where(known.Contains))
        {
            if (left <= 0)
                break;
            if (detailed.Add(flow))
                left -= Packets(flow).Sum(t => t.Observations.Count);
        }

        return new ShownFlows(listed, detailed, ways);
    }

    /// <summary>The packets of a flow that its ladder shows, in order of time.</summary>
    public static IEnumerable<Transmission> Packets(Flow flow) =>
        flow.Forward.Transmissions.Concat(flow.Reply.Transmissions).OrderBy(t => t.Time).ThenBy(t => t.Number).Take(MaxPackets);
}
