using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Reports.Markdown;

/// <summary>The way of a flow's first request and first reply as a Mermaid sequence diagram: an arrow per hop, translations and losses noted.</summary>
internal static class SequenceDiagram
{
    public static IReadOnlyList<string> Lines(Flow flow)
    {
        var points = flow.Forward.Hops.Concat(flow.Reply.Hops).Select(h => h.Point).Distinct().ToList();
        var ids = points.Select((p, n) => (p, n)).ToDictionary(x => x.p, x => $"p{x.n}");
        var lines = new List<string> { "sequenceDiagram" };
        lines.AddRange(points.Select(p => $"  participant {ids[p]} as {Mermaid.Label(p.ToString())}"));
        Direction(lines, flow, flow.Forward, ids, "->>");
        if (!flow.IsHealthy() && flow.Reply.Packets == 0 && flow.Forward.Hops.Count > 0)
            lines.Add($"  Note over {ids[flow.Forward.Hops[^1].Point]}: last seen here");
        Direction(lines, flow, flow.Reply, ids, "-->>");
        if (flow.Outcome == FlowOutcome.OneWay && flow.Reply.Hops.Count > 0)
            lines.Add($"  Note over {ids[flow.Reply.Hops[^1].Point]}: last seen here");
        return lines;
    }

    private static void Direction(List<string> lines, Flow flow, FlowDirection direction, Dictionary<CapturePoint, string> ids, string arrow)
    {
        for (var i = 0; i < direction.Hops.Count; i++)
        {
            var hop = direction.Hops[i];
            var before = i == 0 ? direction == flow.Forward ? flow.Requested : hop.Tuple : direction.Hops[i - 1].Tuple;
            if (i > 0)
                lines.Add($"  {ids[direction.Hops[i - 1].Point]}{arrow}{ids[hop.Point]}: {Mermaid.Label(Words(hop))}");
            if (i == 0 || before != hop.Tuple)
                lines.Add($"  Note over {ids[hop.Point]}: {Mermaid.Label(hop.Tuple.Ends())}");
        }
    }

    private static string Words(Hop hop)
    {
        var actions = hop.ActionText();
        var latency = hop.Latency is { } l ? Durations.Text(l, signed: true) : "";
        return $"{actions} {latency}".Trim() is { Length: > 0 } words ? words : "wire";
    }
}
