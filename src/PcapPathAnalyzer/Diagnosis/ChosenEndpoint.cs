using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Building;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>
/// Which endpoint of a service answered where no packet was captured behind the translation and no conntrack entry says so: of the ways
/// that the dumped rules leave open, the one that all sightings agree with. The answers' TTL tells how many nodes routed
/// them, and a capture that would have shown the packets rules out the ways that pass it. Where several agree, that is said.
/// </summary>
internal static class ChosenEndpoint
{
    /// <summary>Endpoints that are named where nothing tells which it was.</summary>
    private const int Named = 4;

    public static void Apply(Evidence evidence)
    {
        var explainer = new HopExplainer(evidence.Network);
        foreach (var flow in evidence.Flows)
        {
            if (flow is { Served: null, Outcome: FlowOutcome.Completed or FlowOutcome.Open, Reply.Packets: > 0 } && FlowWalk.Request(evidence.Network, flow) is { } request)
                Infer(evidence, flow, request, explainer);
        }
    }

    private static void Infer(Evidence evidence, Flow flow, WalkRequest request, HopExplainer explainer)
    {
        var ways = evidence.Walks.Run(request).Paths.Where(p => p is { Verdict: Verdict.Delivered, ReplyVerdict: Verdict.Delivered } && FlowWalk.Agrees(flow, p)).ToList();
        if (ways.Count == 0)
            return;
        var (open, reason) = (ways, "the rules lead to no other");
        if (Endpoints(open).Count > 1 && flow.Reply.Hops is [.., var last] && last.Point.Namespace == flow.ClientNamespace)
            (open, reason) = (ways.FindAll(p => PathOrder.TtlDrop((byte)p.Reply[^1].Packet.Ttl) == PathOrder.TtlDrop((byte)last.Ttl)), $"the answers' TTL of {last.Ttl} at {last.Point} fits no other");
        if (Endpoints(open).Count > 1)
            (open, reason) = (open.FindAll(p => !IsContradicted(evidence, flow, p)), "captures that show none of its packets rule out the others");
        var endpoints = Endpoints(open.Count > 0 ? open : ways);
        if (open.Count > 0 && endpoints is [var (address, port)])
            Settle(evidence, flow, open[0], (address, port), reason, explainer);
        else
            flow.Inferred.Add($"ambiguous: the rules lead from {flow.Requested} to {string.Join(", ", endpoints.Take(Named).Select(e => FiveTuple.Endpoint(e.Address, e.Port)))}{(endpoints.Count > Named ? $" and {endpoints.Count - Named} more" : "")}; no packet behind the translation was captured, and nothing else tells which");
    }

    private static void Settle(Evidence evidence, Flow flow, WalkPath way, (IpAddress Address, ushort Port) endpoint, string reason, HopExplainer explainer)
    {
        // A masquerade's port is nobody's to know.
        if (way.Steps.Any(s => s.Depth == 0 && s.Kind is StepKind.Snat or StepKind.Masquerade))
            return;
        flow.Served = flow.Requested with { Destination = endpoint.Address, DestinationPort = endpoint.Port };
        flow.ServerNamespace = evidence.Network.Owner(endpoint.Address)?.Name;
        flow.Inferred.Add($"inferred: {FiveTuple.Endpoint(endpoint.Address, endpoint.Port)} answered, {reason}");
        if (way.Steps.LastOrDefault(s => s.Depth == 0 && s.Kind == StepKind.Dnat) is { } dnat && evidence.Network.Find(dnat.Namespace) is { } place)
            explainer.ExplainUnseen(flow, place);
    }

    private static List<(IpAddress Address, ushort Port)> Endpoints(List<WalkPath> ways) =>
        [.. ways.Select(p => p.Steps.Last(s => s.Depth == 0).Packet.Tuple).Select(t => (t.Destination, t.DestinationPort)).Distinct()];

    // A capture on the way that would have shown the packets, and has none.
    private static bool IsContradicted(Evidence evidence, Flow flow, WalkPath way) =>
        evidence.CapturePoints.Any(p => p is { Device: { } device, Home: { } home } && flow.Forward.Hops.All(h => h.Point.Device != device)
            && way.Steps.FirstOrDefault(s => s.Namespace == home.Name && s.Interface == device.Name) is { } step
            && evidence.Coverage.WouldShow(p, flow.Forward.Transmissions, step.Depth > 0, flow.Protocol) == "proven");
}
