using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Clocks;

namespace PcapPathAnalyzer.Reports.Markdown;

/// <summary>The hops of a flow as a table, and under it the dump lines that decided.</summary>
internal static class MarkdownHops
{
    public static IEnumerable<string> Lines(Flow f, ClockTable clocks)
    {
        yield return "| | hop | capture point | happened before | took | packet here | TTL |";
        yield return "| --- | ---: | --- | --- | ---: | --- | ---: |";
        foreach (var (hop, direction, arrow) in f.Forward.Hops.Select(h => (h, f.Forward, "→")).Concat(f.Reply.Hops.Select(h => (h, f.Reply, "←"))))
        {
            var tunnel = hop.TunnelText() is { } t ? $" in {t}" : "";
            yield return $"| {arrow} | {hop.Number} | {MarkdownText.Code(hop.Point.ToString())} | {hop.ActionText()} | {direction.TookText(hop, clocks)} | {hop.Tuple.Ends()}{tunnel} | {hop.Ttl} |";
        }

        var cited = f.Forward.Hops.Concat(f.Reply.Hops).SelectMany(h => h.Actions).Select(a => a.Citation).OfType<Citation>().ToList();
        if (cited.Count == 0)
            yield break;
        yield return "";
        foreach (var line in MarkdownText.Block([.. cited.SelectMany(c => c.Path.Append(c)).Select(c => $"{c.Location}: {c.Text}")]))
            yield return line;
    }
}
