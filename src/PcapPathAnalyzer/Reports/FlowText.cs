using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Clocks;

namespace PcapPathAnalyzer.Reports;

/// <summary>The words that all reports use for a flow.</summary>
internal static class FlowText
{
    /// <summary><c>10.0.0.1:80</c>, or the address alone where the protocol has no ports.</summary>
    public static string Endpoint(IpProtocol protocol, IpAddress address, int port) => protocol.HasPorts() ? FiveTuple.Endpoint(address, port) : address.ToString();

    public static string Source(this FiveTuple t) => Endpoint(t.Protocol, t.Source, t.SourcePort);

    public static string Destination(this FiveTuple t) => Endpoint(t.Protocol, t.Destination, t.DestinationPort);

    public static string Ends(this FiveTuple t) => $"{t.Source()} > {t.Destination()}";

    /// <summary>The endpoint behind the address that the client asked; null where there is no other, or it is not known.</summary>
    public static string? Chosen(this Flow f) => f.Served is { } s && s.Destination() != f.Requested.Destination() ? s.Destination() : null;

    /// <summary>What is true of the chosen endpoint: it answered, or nothing ever came back from it.</summary>
    public static string ChosenVerb(this Flow f) => f.Reply.Packets > 0 ? "answered by" : "sent to";

    /// <summary>The client as the server saw it; null where it was not translated.</summary>
    public static string? TranslatedClient(this Flow f) => f.IsClientTranslated ? f.Served!.Value.Source() : null;

    public static bool IsHealthy(this Flow f) => f.Outcome is FlowOutcome.Completed or FlowOutcome.Open;

    /// <summary>Failed flows first, each group by number.</summary>
    public static IEnumerable<Flow> Worst(this AnalysisResult result) => result.Flows.OrderBy(f => f.IsHealthy()).ThenBy(f => f.Number);

    /// <summary>Same points, same translations, same rules, same result: one picture serves for all flows with the same key.</summary>
    public static string Way(Flow f) =>
        $"{f.Outcome} {f.Protocol} {f.Requested.Destination}:{f.Requested.DestinationPort} {Hops(f.Forward)} {Actions(f.Unseen?.Actions ?? [])} / {Hops(f.Reply)}";

    /// <summary><c>vxlan VNI 1 192.168.56.11 > 192.168.56.12</c>; null where the hop is in no tunnel.</summary>
    public static string? TunnelText(this Hop hop) =>
        hop.IsTunnelled ? $"{hop.Tunnel.Kind.ToString().ToLowerInvariant()}{(hop.Tunnel.Vni >= 0 ? $" VNI {hop.Tunnel.Vni}" : "")} {hop.Tunnel.OuterSource} > {hop.Tunnel.OuterDestination}" : null;

    /// <summary><c>+95 µs</c>, and behind it what the clocks leave open where the hop before has another one; empty for the first hop.</summary>
    public static string TookText(this FlowDirection direction, Hop hop, ClockTable clocks) =>
        hop.Latency is { } latency ? TookText(latency, clocks.LatencyUncertainty(direction, hop.Number - 1)) : "";

    public static string TookText(long latency, long? uncertainty) =>
        $"{Durations.Text(latency, signed: true)}{(uncertainty is null ? " ± unknown" : uncertainty > 0 ? $" ± {Durations.Text(uncertainty.Value)}" : "")}";

    public static string ActionText(this Hop hop) => hop.Actions.ActionText();

    public static string ActionText(this IReadOnlyList<HopAction> actions) => string.Join(' ', actions.Select(a => a.Name));

    private static string Hops(FlowDirection direction) =>
        string.Join('|', direction.Hops.Select(h => $"{h.Point.Index} {h.Tunnel} {Actions(h.Actions)}"));

    private static string Actions(IReadOnlyList<HopAction> actions) => string.Join('+', actions.Select(a => $"{a.Name} {a.Citation?.Location}"));

    public static string Count(long n, string what) => n == 1 ? $"1 {what}" : $"{n} {what}s";

    /// <summary>The bottom line: how many flows failed, and how bad the findings are.</summary>
    public static string Verdict(AnalysisResult result)
    {
        var failed = result.Flows.Count(f => !f.IsHealthy());
        var errors = result.Findings.Count(f => f.Severity == Diagnostics.Severity.Error);
        return $"{Count(result.Flows.Count, "flow")}, {failed} failed; {Count(errors, "error")}; {Count(result.CapturePoints.Count, "capture point")}, {Count(result.Frames, "frame")}";
    }
}
