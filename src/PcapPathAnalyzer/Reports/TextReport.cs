using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;

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
        var failed = result.Flows.Count(f => f.Outcome is not (FlowOutcome.Completed or FlowOutcome.Open));
        var errors = result.Findings.Count(f => f.Severity == Severity.Error);
        yield return style.Bold($"{Printable.Text(result.Bundle.Name)}: {Count(result.Flows.Count, "flow")}, {failed} failed; {Count(errors, "error")}; {Count(result.CapturePoints.Count, "capture point")}, {Count(result.Frames, "frame")}");
    }

    private IEnumerable<string> Findings(AnalysisResult result)
    {
        foreach (var f in result.Findings)
        {
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
            if (f.Advice.Length > 0)
                yield return $"    {style.Dim("next")} {Printable.Text(f.Advice)}";
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
            yield return $"  {Printable.Text(c.Name)} {Durations.Text(c.Offset, signed: true)}{(c.Uncertainty is { } u ? $" ± {Durations.Text(u)}" : "")}  {style.Dim($"{Printable.Text(c.Basis)}, {c.Packets} packets")}";
    }

    private IEnumerable<string> Flows(AnalysisResult result)
    {
        yield return "";
        yield return style.Bold("Flows");
        foreach (var f in Worst(result).Take(maxFlows))
        {
            var served = f.Served is { } s && s.Destination != f.Requested.Destination ? $" {style.Dim("answered by")} {Endpoint(f.Protocol, s.Destination, s.DestinationPort)}" : "";
            var translated = f.IsClientTranslated ? $" {style.Dim("as")} {Endpoint(f.Protocol, f.Served!.Value.Source, f.Served.Value.SourcePort)}" : "";
            yield return $"  {f.Id,-5} {style.Outcome(f.Outcome),-12} {f.Protocol.Keyword()} {Endpoint(f.Protocol, f.Requested.Source, f.Requested.SourcePort)} > {Endpoint(f.Protocol, f.Requested.Destination, f.Requested.DestinationPort)}{served}{translated}  {style.Dim($"{f.Forward.Packets}/{f.Reply.Packets} packets{(f.Retransmissions > 0 ? $", {f.Retransmissions} retransmitted" : "")}")}";
        }

        if (result.Flows.Count > maxFlows)
            yield return $"  and {result.Flows.Count - maxFlows} more";
    }

    private IEnumerable<string> Paths(AnalysisResult result)
    {
        yield return "";
        yield return style.Bold("Paths");
        foreach (var group in Worst(result).Take(maxFlows).GroupBy(Way))
        {
            var f = group.First();
            yield return $"  {string.Join(' ', group.Take(16).Select(x => x.Id))}{(group.Count() > 16 ? $" and {group.Count() - 16} more" : "")}  {style.Outcome(f.Outcome)}";
            foreach (var line in Direction(f.Forward, "→").Concat(Direction(f.Reply, "←")))
                yield return line;
        }
    }

    private IEnumerable<string> Direction(FlowDirection direction, string arrow)
    {
        foreach (var hop in direction.Hops)
        {
            var tunnel = hop.IsTunnelled ? style.Dim($" in {hop.Tunnel.Kind.ToString().ToLowerInvariant()}{(hop.Tunnel.Vni >= 0 ? $" VNI {hop.Tunnel.Vni}" : "")} {hop.Tunnel.OuterSource} > {hop.Tunnel.OuterDestination}") : "";
            var actions = hop.Actions.Count > 0 ? $"{string.Join(' ', hop.Actions.Select(a => a.Name))} " : "";
            yield return $"    {arrow} {(hop.Latency is { } t ? $"{Durations.Text(t, signed: true),9}" : "         ")} {actions}{style.Bold(Printable.Text(hop.Point.ToString()))} {Endpoint(hop.Tuple.Protocol, hop.Tuple.Source, hop.Tuple.SourcePort)} > {Endpoint(hop.Tuple.Protocol, hop.Tuple.Destination, hop.Tuple.DestinationPort)} ttl {hop.Ttl}{tunnel}";
            foreach (var citation in hop.Actions.Select(a => a.Citation).OfType<Citation>())
            {
                foreach (var step in citation.Path.Append(citation))
                    yield return $"                  {style.Dim($"{Printable.Text(step.Location.ToString())}: {Printable.Text(step.Text)}")}";
            }
        }
    }

    private static IEnumerable<Flow> Worst(AnalysisResult result) =>
        result.Flows.OrderBy(f => f.Outcome is FlowOutcome.Completed or FlowOutcome.Open).ThenBy(f => f.Number);

    // Same points, same translations, same rules, same result: one picture serves.
    private static string Way(Flow f) =>
        $"{f.Outcome} {f.Protocol} {f.Requested.Destination}:{f.Requested.DestinationPort} " + string.Join('|', f.Forward.Hops.Concat(f.Reply.Hops).Select(h => $"{h.Point.Index} {h.Tunnel} {string.Join('+', h.Actions.Select(a => $"{a.Name} {a.Citation?.Location}"))}"));

    private static string Endpoint(IpProtocol protocol, IpAddress address, int port) => protocol.HasPorts() ? FiveTuple.Endpoint(address, port) : address.ToString();

    private static string Count(long n, string what) => n == 1 ? $"1 {what}" : $"{n} {what}s";
}
