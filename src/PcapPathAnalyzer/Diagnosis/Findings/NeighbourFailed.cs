using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary>
/// <c>neighbor-failed</c>, <c>stale-endpoint</c>: the next hop does not answer ARP or neighbour discovery. Where the next hop is the address a
/// service was translated to, the endpoint is stale: the rule is there and the pod is gone.
/// </summary>
internal sealed class NeighbourFailed : IFindingRule
{
    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var lost = evidence.Lost.Where(l => !l.Last.IsTunnelled && !l.IsLocal && l.Route is { Destination.Length: > 0, Type: "unicast" } && IsUnreachable(evidence, l));
        foreach (var group in lost.GroupBy(l => (l.Place, l.NextHop)))
        {
            var items = group.ToList();
            var flows = items.ConvertAll(i => i.Flow);
            var first = items[0];
            var stale = !first.IsReply && first.NextHop == first.Tuple.Destination && first.Flow.Requested.Destination != first.Tuple.Destination;
            var rule = first.Flow.Forward.Hops.SelectMany(h => h.Actions).FirstOrDefault(a => a.Name == "dnat")?.Citation;
            yield return new Finding
            {
                Code = stale ? "stale-endpoint" : "neighbor-failed",
                Severity = Severity.Error,
                Namespace = first.Place.Name,
                Location = first.Neighbour?.Location ?? (stale ? rule?.Location : null),
                Citation = stale ? rule : null,
                Message = stale
                    ? $"{first.Flow.Asked()} is translated to {first.Tuple.Destination}, which nobody has: {first.Place.Name} gets no answer to ARP on {first.OutDevice}{State(first)} ({FlowEvidence.Count(flows)})"
                    : $"{first.Place.Name} gets no answer from {first.NextHop} on {first.OutDevice}{State(first)}; last seen at {first.Last.Point} ({FlowEvidence.Count(flows)})",
                Advice = stale
                    ? "The pod is gone and its endpoint is not: see kubectl get endpointslices, kube-proxy's log, and conntrack entries to the old address."
                    : "Is the host up, on this segment, with this address? Capture ARP on the device (tcpdump -ni DEV arp).",
                Flows = flows,
                Evidence = [.. items.Take(4).Select(i => evidence.LastFrame(i.Direction.Transmissions.First(t => !t.IsIcmpError)))],
                Confidence = first.Neighbour is null ? "likely" : "proven",
            };
        }
    }

    private static string State(LostPacket l) => l.Neighbour?.State is { } state ? $" ({state})" : "";

    // FAILED in the table; or the node itself said "host unreachable" about an address that no namespace has.
    private static bool IsUnreachable(Evidence evidence, LostPacket l) =>
        l.Neighbour is { IsUsable: false }
        || (l.Neighbour is null && evidence.Network.Owners(l.NextHop).Count == 0 && l.Flow.IcmpErrors.Any(e => IsHostUnreachable(e) && RouteLookup.IsLocal(l.Place, e.Sender)));

    private static bool IsHostUnreachable(IcmpErrorSeen e) => e.Sender.IsIpv4 ? e is { Type: 3, Code: 1 } : e is { Type: 1, Code: 3 };
}
