using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary>
/// Causes that no capture shows at their place and the dumps foretell: the flow failed, its packets were last seen before the place, and
/// by the dumps they cannot get past it. The codes are those of the findings that ask for a sighting there.
/// </summary>
internal sealed class Foretold : IFindingRule
{
    public IReadOnlyList<FindingCode> Codes { get; } = [];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var foretold = evidence.Lost.Select(l => Foresight.Of(evidence, l)).OfType<Foresight>().Where(f => IsOpen(evidence, f) && FitsOutcome(f)).Select(f => (Foresight: f, Cause: Cause(evidence, f))).Where(x => x.Cause is not null);
        foreach (var group in foretold.GroupBy(x => (x.Cause!.Code, x.Cause.Place, x.Cause.Location, x.Foresight.Reason)))
        {
            var items = group.Select(x => x.Foresight).ToList();
            var (first, cause) = (items[0], group.First().Cause!);
            var flows = items.ConvertAll(i => i.Lost.Flow);
            var subject = first.Lost.IsReply || first.IsReply ? $"the answers to {flows[0].Requested}" : $"{flows[0].Requested}";
            var given = first.Conditions.Count == 0 ? "" : $", if {string.Join(" and ", first.Conditions)}";
            yield return new Finding
            {
                Code = cause.Code,
                Severity = Severity.Error,
                Namespace = cause.Place,
                Location = cause.Location,
                Message = $"{first.Lost.Last.Point} is the last place that shows {(first.IsReply && !first.Lost.IsReply ? $"{flows[0].Requested}" : subject)}; by the dumps {subject} end in {first.End.Namespace}{given}: {first.Reason} ({FlowEvidence.Count(flows)})",
                Advice = $"No capture shows it there: {(first.Lost.HasArrived ? $"capture in {first.End.Namespace} (tcpdump -ni any)" : $"capture {NextPoint.Describe(evidence, first.Lost)}")} to see it. {FindingCatalogue.Code(cause.Code).CheckNext}",
                Flows = flows,
                Evidence = evidence.LastFrames(items.ConvertAll(i => i.Lost)),
                Confidence = first.Conditions.Count == 0 && flows.TrueForAll(f => f.Served is not null) ? "likely" : "possible",
            };
        }
    }

    // Where the next place was captured and the packet is not there, the cause lies before it, and the dumps' end must too: that is for the
    // findings that stand before this one.
    private static bool IsOpen(Evidence evidence, Foresight f) => f.Lost.HasArrived || NextPoint.Captured(evidence, f.Lost) is null || (!f.IsReply && f.End.Namespace == f.Lost.Place.Name);

    // What answered the client tells causes apart.
    private static bool FitsOutcome(Foresight f) => f.Lost.Flow.Outcome switch
    {
        FlowOutcome.Refused => f.Verdict == Verdict.RejectedByRule,
        FlowOutcome.Rejected => !f.IsReply && f.Verdict is Verdict.RejectedByRule or Verdict.NoRoute or Verdict.NeighbourUnreachable,
        _ => true,
    };

    private static Reason? Cause(Evidence evidence, Foresight f)
    {
        var end = f.End;
        var ns = evidence.Network.Find(end.Namespace);
        var device = ns?.Interfaces.FirstOrDefault(i => i.Link.Location == end.Location) ?? (end.Interface is { } name ? ns?.Interface(name) : null);
        if (Down(evidence, f, device) is { } down)
            return new Reason("interface-down", down.Namespace.Name, down.Link.Location);
        if (ns?.Sysctls.Values.Any(v => v.Location == end.Location && v.Name.Contains("forward", StringComparison.Ordinal)) == true)
            return new Reason("forwarding-disabled", end.Namespace, end.Location);
        return f.Verdict switch
        {
            Verdict.NoRoute or Verdict.NeighbourUnreachable when ns is not null && IsToEndpoint(f) && RoutedPods.IsGone(evidence.Network, ns, end.Packet.Tuple.Destination) => new Reason("stale-endpoint", ns.Name, end.Location),
            Verdict.DroppedByRule or Verdict.RejectedByRule when IsWithoutEndpoints(end, f.Reason) => new Reason("no-endpoints", end.Namespace, end.Location),
            Verdict.DroppedByRule => new Reason("dropped-by-rule", end.Namespace, end.Location),
            Verdict.RejectedByRule => new Reason("rejected-by-rule", end.Namespace, end.Location),
            Verdict.NoRoute when f.Reason.StartsWith(Forwarding.Stages.ReversePathFilter.Words, StringComparison.Ordinal) => new Reason("reverse-path-filter", end.Namespace, end.Location),
            Verdict.NoRoute => new Reason(f.IsReply || f.Lost.IsReply ? "no-return-route" : "no-route", end.Namespace, end.Location),
            Verdict.NeighbourUnreachable when ns is not null && LeadsAway(evidence, f, ns) is { } route => new Reason(f.IsReply || f.Lost.IsReply ? "no-return-route" : "no-route", end.Namespace, route.Location),
            Verdict.NeighbourUnreachable when ns?.Neighbours.Any(n => n.Location == end.Location) == true => new Reason(IsStale(f) ? "stale-endpoint" : "neighbor-failed", end.Namespace, end.Location),
            Verdict.NeighbourUnreachable when device is { IsVxlan: true } => WrongMac(f),
            Verdict.NoFdbEntry => new Reason(device?.Link.BridgePort is { Hairpin: false } ? "hairpin" : "missing-fdb-entry", end.Namespace, end.Location),
            Verdict.NoListener when end.Depth > 0 => new Reason("tunnel-mismatch", end.Namespace, end.Location),
            _ => null,
        };
    }

    // The device it comes to, or those that have the address that does not answer.
    private static NetworkInterface? Down(Evidence evidence, Foresight f, NetworkInterface? device)
    {
        if (device is not null && InterfaceDown.IsDown(device))
            return device;
        var owners = f.Verdict == Verdict.NeighbourUnreachable ? evidence.Network.Owners(f.End.Packet.Tuple.Destination) : [];
        return owners.Count > 0 && owners.All(InterfaceDown.IsDown) ? owners[0] : null;
    }

    // Only a node's default route fits, and the bundle knows the destination to be elsewhere: the gateway is not to blame. A pod's default route is its way to everybody.
    private static RouteRecord? LeadsAway(Evidence evidence, Foresight f, NetworkNamespace ns) =>
        ns.IsNode && f.End is { Depth: 0, Packet.Tuple.Destination: var to } && evidence.Network.Owner(to) is { } owner && owner != ns && RouteLookup.Find(ns, to) is { Destination.Length: 0 } route ? route : null;

    private static bool IsWithoutEndpoints(PathStep end, string reason) =>
        end.Element?.Map is "no-endpoint-services" or "no-endpoint-nodeports" || reason.Contains("has no endpoints", StringComparison.Ordinal) || reason.Contains("no local endpoints", StringComparison.Ordinal);

    // The address that does not answer is the one that a service was translated to.
    private static bool IsStale(Foresight f) => IsToEndpoint(f) && f.Reason.StartsWith(f.End.Packet.Tuple.Destination.ToString(), StringComparison.Ordinal);

    private static bool IsToEndpoint(Foresight f) =>
        f is { IsReply: false, Lost.IsReply: false, End.Depth: 0 } && f.End.Packet.Tuple.Destination != f.Lost.Flow.Requested.Destination;

    // The sender's neighbour entry names a MAC address that the far device does not have.
    private static Reason WrongMac(Foresight f)
    {
        var entry = f.Steps.LastOrDefault(s => s.Kind == StepKind.Neighbour && s.Depth == 0);
        return new Reason("tunnel-mismatch", entry?.Namespace ?? f.End.Namespace, entry?.Location ?? f.End.Location);
    }

    private sealed record Reason(string Code, string Place, SourceLocation? Location);
}
