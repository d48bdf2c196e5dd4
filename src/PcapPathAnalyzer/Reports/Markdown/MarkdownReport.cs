using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Reports.Markdown;

/// <summary><c>report.md</c>: the verdict first, then findings with their evidence, the network, the flows and their ways.</summary>
public sealed class MarkdownReport : IReport
{
    private const int MaxFlows = 100;
    private const int MaxWays = 12;

    public string Format => "md";

    public IReadOnlyList<string> Files => ["report.md"];

    public void Write(AnalysisResult result, string folder) =>
        OutputFile.Write(Path.Combine(folder, "report.md"), writer => Write(result, writer));

    public static void Write(AnalysisResult result, TextWriter writer)
    {
        foreach (var line in Lines(result))
            writer.WriteLine(line);
    }

    public static IEnumerable<string> Lines(AnalysisResult result) =>
        new[] { $"# {MarkdownText.Prose(result.Bundle.Name)}", "", $"**{FlowText.Verdict(result)}**" }
            .Concat(MarkdownFindings.Lines(result)).Concat(Network(result)).Concat(Flows(result)).Concat(Ways(result)).Concat(Captures(result));

    private static IEnumerable<string> Network(AnalysisResult result)
    {
        if (!result.Network.Namespaces.Any(n => n.Interfaces.Count > 0))
            yield break;
        yield return "";
        yield return "## Network";
        yield return "";
        yield return "Interfaces with a thick border were captured. Solid: veth, dotted: bridge port, double: tunnel.";
        yield return "";
        foreach (var line in MarkdownText.Block(NetworkDiagram.Lines(result), "mermaid"))
            yield return line;
    }

    private static IEnumerable<string> Flows(AnalysisResult result)
    {
        yield return "";
        yield return "## Flows";
        yield return "";
        yield return "| flow | outcome | protocol | client | asked | chosen | packets | retransmitted |";
        yield return "| --- | --- | --- | --- | --- | --- | ---: | ---: |";
        foreach (var f in result.Worst().Take(MaxFlows))
        {
            var client = f.TranslatedClient() is { } t ? $"{f.Requested.Source()} as {t}" : f.Requested.Source();
            var chosen = f.Chosen() is { } c ? $"{f.ChosenVerb()} {c}" : "";
            var outcome = f.IsHealthy() ? Outcomes.Name(f.Outcome) : $"**{Outcomes.Name(f.Outcome)}**";
            yield return $"| {f.Id} | {outcome} | {f.Protocol.Keyword()} | {client} | {f.Requested.Destination()} | {chosen} | {f.Forward.Packets} / {f.Reply.Packets} | {f.Retransmissions} |";
        }

        if (result.Flows.Count > MaxFlows)
        {
            yield return "";
            yield return $"{result.Flows.Count - MaxFlows} more flows are in `flows.csv`.";
        }
    }

    private static IEnumerable<string> Ways(AnalysisResult result)
    {
        yield return "";
        yield return "## Ways";
        var groups = result.Worst().Where(f => f.Forward.Hops.Count > 0).GroupBy(FlowText.Way).ToList();
        foreach (var group in groups.Take(MaxWays))
        {
            var f = group.First();
            var many = group.Count() - 1;
            yield return "";
            yield return $"### {f.Id}{(many > 0 ? $" and {FlowText.Count(many, "flow")} like it" : "")}: {f.Protocol.Keyword()} {f.Requested.Ends()}, {Outcomes.Name(f.Outcome)}";
            yield return "";
            foreach (var line in MarkdownHops.Lines(f, result.Clocks))
                yield return line;
            if (f.Forward.Hops.Count + f.Reply.Hops.Count < 2)
                continue;
            yield return "";
            foreach (var line in MarkdownText.Block(SequenceDiagram.Lines(f), "mermaid"))
                yield return line;
        }

        if (groups.Count > MaxWays)
        {
            yield return "";
            yield return $"{groups.Count - MaxWays} more ways are in `hops.csv`.";
        }
    }

    private static IEnumerable<string> Captures(AnalysisResult result)
    {
        yield return "";
        yield return "## Captures";
        yield return "";
        yield return "| capture point | file | frames | dropped | first | last | why this interface |";
        yield return "| --- | --- | ---: | ---: | --- | --- | --- |";
        foreach (var p in result.CapturePoints)
        {
            var (first, last) = p.Frames == 0 ? ("", "") : (p.FirstTime.ToString(), p.LastTime.ToString());
            yield return $"| {MarkdownText.Code(p.ToString())} | {MarkdownText.Code(p.File)} | {p.Frames} | {(p.Dropped < 0 ? "" : p.Dropped)} | {first} | {last} | {MarkdownText.Prose(p.Reason)} |";
        }

        var clocks = result.Clocks.Estimates.Where(c => c.Packets > 0).ToList();
        if (clocks.Count == 0)
            yield break;
        yield return "";
        yield return "| clock | ahead by | uncertainty | packets | basis |";
        yield return "| --- | ---: | ---: | ---: | --- |";
        foreach (var c in clocks)
            yield return $"| {MarkdownText.Code(c.Name)} | {Durations.Text(c.Offset, signed: true)} | {(c.Uncertainty is { } u ? $"± {Durations.Text(u)}" : "")}{c.DriftText("; ")} | {c.Packets} | {MarkdownText.Prose(c.Basis)} |";
    }
}
