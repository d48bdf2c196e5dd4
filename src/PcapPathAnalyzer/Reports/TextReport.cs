using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Clocks;

namespace PcapPathAnalyzer.Reports;

/// <summary>The report for a terminal: what is wrong first, then the network, the flows, and the path of each.</summary>
public sealed class TextReport(TextStyle style, int maxFlows = 50)
{
    /// <summary>Flows that took the same way with the same result are shown once.</summary>
    public IEnumerable<string> Lines(AnalysisResult result)
    {
        foreach (var line in Verdict(result).Concat(Findings(result)).Concat(Network(result)).Concat(Clocks(result)).Concat(Flows(result)).Concat(Paths(result)))
            yield return line;
    }

    private IEnumerable<string> Verdict(AnalysisResult result)
    {
        yield return style.Bold($"{Printable.Text(result.Bundle.Name)}: {FlowText.Verdict(result)}");
    }

    private IEnumerable<string> Findings(AnalysisResult result)
    {
        var explained = new HashSet<string>(StringComparer.Ordinal);
        foreach (var f in result.Findings)
        {
            var kind = FindingCode.Of(f.Code);
            yield return "";
            var place = f.Location is { } l ? $"{l}" : f.Namespace;
            yield return $"{style.Severity(f.Severity)} {style.Bold(f.Code)} {Printable.Text(place)}";
            yield return $"    {Printable.Text(f.Message)}";
            if (f.Citation is { } c)
            {
                foreach (var step in c.Path.Append(c))
                    yield return $"    {style.Dim($"{Printable.Text(step.Location.ToString())}:")} {Printable.Text(step.Text)}";
            }

            if (f.Flows.Count > 0)
                yield return $"    {style.Dim("flows")} {string.Join(' ', f.Flows.Take(12).Select(x => x.Id))}{(f.Flows.Count > 12 ? $" and {f.Flows.Count - 12} more" : "")}";
            if (f.Evidence.Count > 0)
                yield return $"    {style.Dim("seen in")} {string.Join(' ', f.Evidence.Take(6).Select(x => Printable.Text(x.ToString())))}";
            yield return $"    {style.Dim("next")} {Printable.Text(f.Advice.Length > 0 ? f.Advice : kind.CheckNext)}";
            if (!explained.Add(f.Code))
                continue;
            yield return $"    {style.Dim("why")} {kind.Explanation}";
            yield return $"    {style.Dim("read")} {kind.Reference}";
        }
    }

    private IEnumerable<string> Network(AnalysisResult result)
    {
        yield return "";
        yield return style.Bold("Network");
        foreach (var ns in result.Network.Namespaces)
        {
            var addresses = ns.Interfaces.Where(i => !i.IsLoopback).SelectMany(i => i.Addresses.Select(a => $"{i.Name} {a.Address}")).ToList();
            yield return $"  {Printable.Text(ns.Name)}{(ns.IsNode ? "" : style.Dim($" (on {Printable.Text(ns.Node.Name)})"))}  {Printable.Text(string.Join(", ", addresses))}";
            foreach (var bridge in ns.Interfaces.Where(i => i.IsBridge))
                yield return $"    {style.Dim("bridge")} {Printable.Text(bridge.Name)}: {Printable.Text(string.Join(", ", bridge.Ports.Select(p => p.Peer is { } peer ? $"{p.Name} = {peer}" : p.Name)))}";
            foreach (var tunnel in ns.Interfaces.Where(i => i.IsVxlan))
                yield return $"    {style.Dim("vxlan")}  {Printable.Text(tunnel.Name)}{(tunnel.Link.Vxlan is { } v ? $" VNI {v.Vni} port {v.DestinationPort}" : "")}: {Printable.Text(string.Join(", ", tunnel.TunnelPeers.Select(p => p.ToString())))}";
        }
    }

    private IEnumerable<string> Clocks(AnalysisResult result)
    {
        var off = result.Clocks.Estimates.Where(c => c.Packets > 0).ToList();
        if (off.Count == 0)
            yield break;
        yield return "";
        yield return style.Bold("Clocks");
        foreach (var c in off)
            yield return $"  {Printable.Text(c.Name)} {Durations.Text(c.Offset, signed: true)}{(c.Uncertainty is { } u ? $" ± {Durations.Text(u)}" : "")}{c.DriftText(", ")}  {style.Dim($"{Printable.Text(c.Basis)}, {c.Packets} packets")}";
    }

    private IEnumerable<string> Flows(AnalysisResult result)
    {
        yield return "";
        yield return style.Bold("Flows");
        foreach (var f in result.Worst().Take(maxFlows))
        {
            var served = f.Chosen() is { } chosen ? $" {style.Dim(f.ChosenVerb())} {chosen}" : "";
            var translated = f.TranslatedClient() is { } client ? $" {style.Dim("as")} {client}" : "";
            yield return $"  {f.Id,-5} {style.Outcome(f.Outcome),-12} {f.Protocol.Keyword()} {f.Requested.Ends()}{served}{translated}  {style.Dim($"{f.Forward.Packets}/{f.Reply.Packets} packets{(f.Retransmissions > 0 ? $", {f.Retransmissions} retransmitted" : "")}")}";
        }

        if (result.Flows.Count > maxFlows)
            yield return $"  and {result.Flows.Count - maxFlows} more";
    }

    private IEnumerable<string> Paths(AnalysisResult result)
    {
        yield return "";
        yield return style.Bold("Paths");
        foreach (var group in result.Worst().Take(maxFlows).GroupBy(FlowText.Way))
        {
            var f = group.First();
            yield return $"  {string.Join(' ', group.Take(16).Select(x => x.Id))}{(group.Count() > 16 ? $" and {group.Count() - 16} more" : "")}  {style.Outcome(f.Outcome)}";
            foreach (var line in Direction(f.Forward, result.Clocks, "→").Concat(Unseen(f.Unseen)).Concat(Direction(f.Reply, result.Clocks, "←")))
                yield return line;
        }
    }

    private IEnumerable<string> Direction(FlowDirection direction, ClockTable clocks, string arrow)
    {
        foreach (var hop in direction.Hops)
        {
            var tunnel = hop.TunnelText() is { } t ? style.Dim($" in {t}") : "";
            var actions = hop.Actions.Count > 0 ? $"{hop.ActionText()} " : "";
            yield return $"    {arrow} {direction.TookText(hop, clocks),9} {actions}{style.Bold(Printable.Text(hop.Point.ToString()))} {hop.Tuple.Ends()} ttl {hop.Ttl}{tunnel}";
            foreach (var line in Rules(hop.Actions))
                yield return line;
        }
    }

    private IEnumerable<string> Unseen(UnseenTranslation? unseen) =>
        unseen is null ? [] : Rules(unseen.Actions).Prepend($"    → {"unseen",9} {unseen.Actions.ActionText()} in {style.Bold(Printable.Text(unseen.Namespace))} {unseen.After.Ends()}");

    private IEnumerable<string> Rules(IReadOnlyList<HopAction> actions) =>
        actions.Select(a => a.Citation).OfType<Citation>().SelectMany(c => c.Path.Append(c)).Select(step => $"                  {style.Dim($"{Printable.Text(step.Location.ToString())}: {Printable.Text(step.Text)}")}");
}
