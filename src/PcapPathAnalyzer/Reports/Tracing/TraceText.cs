using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Reports.Tracing;

/// <summary>A trace for a terminal.</summary>
internal sealed class TraceText(TextStyle style)
{
    private const int MaxPackets = 200;

    public IEnumerable<string> Lines(AnalysisResult result, Trace trace)
    {
        yield return Heading(trace.Flow);
        if (trace.Packet is { } packet)
            yield return $"packet {packet.Number}, {(packet.IsReply ? "reply" : "forward")}: {PacketLabel.Of(trace.Flow, packet)}";
        foreach (var step in trace.Steps)
        {
            foreach (var line in Step(step))
                yield return line;
            if (!step.IsReply && step.Hop.Number == trace.Flow.Forward.Hops.Count && trace.Flow.Unseen is { } unseen)
            {
                foreach (var line in Unseen(unseen))
                    yield return line;
            }
        }

        foreach (var end in trace.Ends)
        {
            yield return "";
            yield return $"{(end.Verdict == "lost" ? style.Bad("lost") : style.Good("ends"))}  {Printable.Text(end.Message)}";
            foreach (var f in end.Findings)
                yield return $"      {style.Severity(f.Severity)} {style.Bold(f.Code)} {Printable.Text(f.Location?.ToString() ?? f.Namespace)}: {Printable.Text(f.Message)}";
        }

        if (trace.Packet is null)
        {
            foreach (var line in Packets(result, trace.Flow))
                yield return line;
        }
    }

    private string Heading(Flow f)
    {
        var chosen = f.Chosen() is { } c ? $" {style.Dim(f.ChosenVerb())} {c}" : "";
        var client = f.TranslatedClient() is { } t ? $" {style.Dim("as")} {t}" : "";
        return $"{style.Bold(f.Id)} {f.Protocol.Keyword()} {f.Requested.Ends()}{chosen}{client}  {style.Outcome(f.Outcome).TrimEnd()}";
    }

    private IEnumerable<string> Step(TraceStep s)
    {
        var hop = s.Hop;
        var took = s.Delta is { } d ? FlowText.TookText(d, s.Uncertainty) : "";
        yield return "";
        yield return $"{(s.IsReply ? '←' : '→')} {hop.Number,2} {took,9}  {style.Bold(Printable.Text(hop.Point.ToString()))}  {style.Dim($"{Printable.Text(s.Frame.ToString())}{(s.Time is { } time ? $"  {time}" : "")}")}";
        if (hop.Actions.Count > 0)
            yield return $"               {hop.ActionText()}";
        var tunnel = hop.TunnelText() is { } t ? style.Dim($" in {t}") : "";
        yield return s.IsTranslated
            ? $"               {s.Before.Ends()} {style.Dim("becomes")} {style.Bold(hop.Tuple.Ends())}  ttl {hop.Ttl}{tunnel}"
            : $"               {hop.Tuple.Ends()}  ttl {hop.Ttl}{tunnel}";
        foreach (var line in Rules(hop.Actions))
            yield return line;
    }

    private IEnumerable<string> Unseen(UnseenTranslation unseen) =>
    [
        "",
        $"→               {style.Bold(Printable.Text(unseen.Namespace))}  {style.Dim("behind the last capture point")}",
        $"               {unseen.Actions.ActionText()}",
        $"               {style.Dim("becomes")} {style.Bold(unseen.After.Ends())}",
        .. Rules(unseen.Actions),
    ];

    private IEnumerable<string> Rules(IReadOnlyList<HopAction> actions) =>
        actions.Select(a => a.Citation).OfType<Citation>().SelectMany(c => c.Path.Append(c)).Select(step => $"               {style.Dim($"{Printable.Text(step.Location.ToString())}: {Printable.Text(step.Text)}")}");

    private IEnumerable<string> Packets(AnalysisResult result, Flow flow)
    {
        yield return "";
        yield return style.Bold("Packets");
        var all = flow.Forward.Transmissions.Concat(flow.Reply.Transmissions).OrderBy(t => t.Time).ThenBy(t => t.Number).ToList();
        foreach (var t in all.Take(MaxPackets))
        {
            var last = (t.IsReply ? flow.Reply : flow.Forward).Hops[^1].Number;
            var frame = t.Observations[0].Frame;
            var file = result.CapturePoints[t.Observations[0].Point].File;
            var reach = t.LastHop < last && !t.IsIcmpError ? style.Bad($"as far as hop {t.LastHop} of {last}") : style.Dim($"{FlowText.Count(t.Observations.Count, "observation")}");
            yield return $"  {(t.IsReply ? '←' : '→')} {Durations.Text(t.Time - all[0].Time, signed: true),10}  {PacketLabel.Of(flow, t),-14} {reach}  {style.Dim(Printable.Text($"{file}#{frame}"))}";
        }

        if (all.Count > MaxPackets)
            yield return $"  and {all.Count - MaxPackets} more";
    }
}
