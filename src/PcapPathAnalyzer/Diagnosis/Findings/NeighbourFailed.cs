using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary>
/// <c>neighbor-failed</c>, <c>stale-endpoint</c>: the next hop does not answer ARP or neighbour discovery. Where the next hop is the address a
/// service was translated to, the endpoint is stale: the rule or the conntrack entry is there and the pod is gone.
/// </summary>
internal sealed class NeighbourFailed : IFindingRule
{
    private static readonly FindingCode Unanswered = new("neighbor-failed", "The next hop does not answer", "The neighbour entry of the next hop is FAILED or INCOMPLETE: nobody answers ARP or neighbour discovery.")
    {
        Severity = Severity.Error,
        Explanation = "The kernel asks for the MAC address of the next hop three times and drops what waits for it when nobody answers. The host is down, on another segment, or has another address by now.",
        CheckNext = "ARP on the device (tcpdump -ni DEV arp), and whether the address is still in use.",
        Reference = new Uri("https://man7.org/linux/man-pages/man8/ip-neighbour.8.html"),
    };

    private static readonly FindingCode StaleEndpoint = new("stale-endpoint", "Traffic to an endpoint that is gone", "A service still sends to an address that no interface has any more.")
    {
        Severity = Severity.Error,
        Explanation = "A rule or a connection tracking entry translates to a pod that is gone, and nobody answers ARP for its address. A share of the connections fails, or, where a client keeps its UDP port, all of that client's.",
        CheckNext = "The service's EndpointSlices, kube-proxy's log, and conntrack entries to the old address.",
        Reference = new Uri("https://kubernetes.io/docs/reference/networking/virtual-ips/"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Unanswered, StaleEndpoint];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var silent = evidence.Lost.SelectMany(Ways).Where(l => IsSilent(evidence, l));
        foreach (var group in silent.GroupBy(l => (l.Place, Hop(l).Address)))
        {
            var items = group.DistinctBy(l => l.Flow).ToList();
            var first = items[0];
            yield return IsStale(first) ? Stale(evidence, first, items) : Failed(evidence, first, items);
        }
    }

    // Several endpoints are possible where no capture shows the translation: each is looked at.
    private static IEnumerable<LostPacket> Ways(LostPacket lost) => lost.IsDestinationOpen ? lost.Predicted.Select(p => lost.To(p.Tuple) with { Predicted = [p] }) : [lost];

    // The address that the place must resolve next: the gateway or the destination, for a tunnel the way to the far VTEP.
    private static (IpAddress Address, string? Device) Hop(LostPacket lost)
    {
        if (lost.Stage != LossStage.Encapsulating)
            return (lost.NextHop, lost.OutDevice);
        if (OuterPacket.Of(lost) is not { } outer || RouteLookup.Find(lost.Place, outer.Destination)?.NextHops is not [var hop, ..])
            return default;
        return (hop.Gateway.IsNone ? outer.Destination : hop.Gateway, hop.Device);
    }

    // FAILED in the table; or the node itself said "host unreachable" about an address that no namespace has.
    private static bool IsSilent(Evidence evidence, LostPacket l)
    {
        if (!l.IsLeaving || l.Route is not { Type: "unicast" })
            return false;
        var (address, device) = Hop(l);
        if (address.IsNone)
            return false;
        if (Asked(evidence, l) is { } asked)
            return asked.Answers.Count == 0;
        return l.Find(address, device) is { } known
            ? !known.IsUsable
            : evidence.Network.Owners(address).Count == 0 && l.Flow.IcmpErrors.Any(e => IsHostUnreachable(e) && RouteLookup.IsLocal(l.Place, e.Sender));
    }

    // What the capture on the device shows of the kernel's questions while the packets waited (it asks three times, a second apart).
    private static Resolution? Asked(Evidence evidence, LostPacket l)
    {
        var (address, device) = Hop(l);
        return evidence.Resolutions.FirstOrDefault(r => r.Address == address && r.Questions > 1 && r.Point.Home == l.Place && (r.Point.Interface == device || r.Point.Device?.Master?.Name == device)
            && l.Packets.Any(t => IsAround(evidence, r, t.Time)));
    }

    private static bool IsAround(Evidence evidence, Resolution r, long time)
    {
        const long Wait = 5_000_000_000;
        var captured = evidence.Clocks.AsCaptured(r.Point.Index, time);
        return captured > r.FirstQuestion - Wait && captured < r.LastQuestion + Wait;
    }

    // Frames that show the loss, then the questions that nobody answered.
    private static IReadOnlyList<FrameLocation> Frames(Evidence evidence, LostPacket first, List<LostPacket> items) =>
        [.. evidence.LastFrames(items).Take(2), .. Asked(evidence, first) is { } asked ? asked.QuestionFrames.Take(2).Select(f => new FrameLocation(asked.Point.File, f)) : []];

    private static bool IsHostUnreachable(IcmpErrorSeen e) => e.Sender.IsIpv4 ? e is { Type: 3, Code: 1 } : e is { Type: 1, Code: 3 };

    private static bool IsStale(LostPacket l) =>
        l.IsForwarded && !l.IsReply && l.NextHop == l.Tuple.Destination && l.Flow.Requested.Destination != l.Tuple.Destination;

    private static Finding Stale(Evidence evidence, LostPacket first, List<LostPacket> items)
    {
        var flows = items.ConvertAll(i => i.Flow);
        var cause = StaleCause.Of(evidence, first);
        return new Finding
        {
            Code = StaleEndpoint.Code,
            Severity = Severity.Error,
            Namespace = first.Place.Name,
            Location = cause.Conntrack?.Location ?? Entry(first)?.Location ?? cause.Rule?.Location,
            Citation = cause.Rule,
            Message = $"{first.Flow.Asked()} is translated to {first.Tuple.Destination}, which nobody has: {first.Place.Name} gets no answer to ARP on {first.OutDevice}{State(evidence, first)}{cause.Words} ({FlowEvidence.Count(flows)})",
            Advice = cause.Conntrack is not null
                ? $"Delete the entry: conntrack -D -p {first.Flow.Protocol.Keyword()} --orig-dst {first.Flow.Requested.Destination} on {cause.Home?.Name}; kube-proxy should have done it when the endpoint went."
                : "The pod is gone and its endpoint is not: see kubectl get endpointslices, kube-proxy's log, and conntrack entries to the old address.",
            Flows = flows,
            Evidence = Frames(evidence, first, items),
            Confidence = Entry(first) is { IsUsable: false } || Asked(evidence, first) is not null ? "proven" : "likely",
        };
    }

    private static Finding Failed(Evidence evidence, LostPacket first, List<LostPacket> items)
    {
        var flows = items.ConvertAll(i => i.Flow);
        var (address, device) = Hop(first);
        var vtep = first.Stage == LossStage.Encapsulating ? OuterPacket.Entry(first) : null;
        var gateway = first.Route!.Destination.Length == 0 ? ", its default gateway," : "";
        return new Finding
        {
            Code = Unanswered.Code,
            Severity = Severity.Error,
            Namespace = first.Place.Name,
            Location = vtep?.Location ?? Entry(first)?.Location ?? first.Route.Location,
            Message = vtep is null
                ? $"{first.Place.Name} gets no answer from {address}{gateway} on {device}{State(evidence, first)}; last seen at {first.Last.Point} ({FlowEvidence.Count(flows)})"
                : $"{first.Place.Name} sends the tunnel's packets for {vtep.Mac} to VTEP {vtep.Destination} ({vtep.Location}), which does not answer ARP on {device}{State(evidence, first)} ({FlowEvidence.Count(flows)})",
            Advice = vtep is null
                ? "Is the host up, on this segment, with this address? Capture ARP on the device (tcpdump -ni DEV arp)."
                : "Has the node's address changed? The CNI's agent keeps the FDB entry: see its log and the node's annotation or lease.",
            Flows = flows,
            Evidence = Frames(evidence, first, items),
            Confidence = Entry(first) is { IsUsable: false } || Asked(evidence, first) is not null ? "proven" : "likely",
        };
    }

    private static Dumps.NeighbourRecord? Entry(LostPacket l) => Hop(l) is var (address, device) ? l.Find(address, device) : null;

    private static string State(Evidence evidence, LostPacket l)
    {
        var state = Entry(l)?.State is { } s ? $" ({s})" : "";
        return Asked(evidence, l) is { } asked ? $"{state} ({asked.Questions} questions at {asked.Point}, no answer)" : state;
    }
}
