using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary><c>asymmetric-path</c>: requests and answers cross different nodes. It may work; what keeps state on one of the ways sees half of it.</summary>
internal sealed class AsymmetricPath : IFindingRule
{
    private static readonly FindingCode Kind = new("asymmetric-path", "Requests and answers take different ways", "The answers cross a node that the requests do not cross, or the other way round.")
    {
        Severity = Severity.Error,
        Explanation = "The routing tables of the two ends lead over different nodes. Routing does not mind; connection tracking, NAT and rp_filter on a node that sees one direction only drop or fail to translate what they cannot place.",
        CheckNext = "ip route get on both ends, for the address of the other; then conntrack and rp_filter on the node that sees one direction.",
        Reference = new Uri("https://docs.kernel.org/networking/nf_conntrack-sysctl.html"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var uneven = evidence.Flows.Select(f => (Flow: f, Part: Look(evidence, f))).Where(x => x.Part is not null);
        foreach (var group in uneven.GroupBy(x => (x.Part!.Turn, x.Part.Via, x.Part.IsReply, Failed: IsCause(evidence, x.Flow, x.Part))))
        {
            var flows = group.Select(x => x.Flow).ToList();
            var part = group.First().Part!;
            var (turn, via, isReply, failed) = group.Key;
            yield return new Finding
            {
                Code = Kind.Code,
                Severity = failed ? Severity.Error : Severity.Info,
                Namespace = turn.Name,
                Location = part.Route?.Location,
                Message = $"{turn} sends {(isReply ? "the answers to" : "")} {flows[0].Requested} by way of {via}, which the {(isReply ? "requests" : "answers")} do not take{(part.Route is null ? "" : $" (route {part.Route.Location})")}{(failed ? Consequence(flows[0]) : "")} ({FlowEvidence.Count(flows)})".Replace("  ", " ", StringComparison.Ordinal),
                Advice = $"Compare the routes of the two ends; {via} sees one direction only, so rules with conntrack states and NAT do not work there.",
                Flows = flows,
                Evidence = [.. flows.Take(4).SelectMany(f => Direction(f, isReply).Hops.Where(h => h.Point.Home?.Node == via).Take(1)).Select(FlowEvidence.Frame)],
                Confidence = failed ? "likely" : "proven",
            };
        }
    }

    private static string Consequence(Flow flow) => Foreign(flow) is { } foreign
        ? $"; to connection tracking there they begin a connection of their own, and reach the client as from {FiveTuple.Endpoint(foreign.Tuple.Source, foreign.Tuple.SourcePort)}"
        : "; they were last seen there";

    private static FlowDirection Direction(Flow f, bool isReply) => isReply ? f.Reply : f.Forward;

    private static bool IsCause(Evidence evidence, Flow flow, Part part) =>
        evidence.LostOf(flow)?.Place.Node == part.Via || (flow.Failed() && Foreign(flow) is not null);

    // An answer that reaches the client from an address it never asked: the node that sees half of the connection took it for a new one.
    private static Hop? Foreign(Flow flow) => flow.Reply.Hops.FirstOrDefault(h => h.Point.Namespace == flow.ClientNamespace && h.Tuple.Destination == flow.Requested.Source
        && (h.Tuple.Source != flow.Requested.Destination || h.Tuple.SourcePort != flow.Requested.DestinationPort));

    private static Part? Look(Evidence evidence, Flow flow)
    {
        var forward = Nodes(flow.Forward);
        var reply = Nodes(flow.Reply);
        if (forward.Count == 0 || reply.Count == 0)
            return null;
        return Detour(evidence, flow, reply, forward, isReply: true) ?? Detour(evidence, flow, forward, reply, isReply: false);
    }

    // A node in the middle of one way that the other way was captured to avoid: its captures show the one direction and would show the other.
    private static Part? Detour(Evidence evidence, Flow flow, List<NetworkNamespace> way, List<NetworkNamespace> other, bool isReply)
    {
        for (var i = 1; i < way.Count; i++)
        {
            var via = way[i];
            if (other.Contains(via) || (i == way.Count - 1 && flow.Outcome is FlowOutcome.Completed or FlowOutcome.Open))
                continue;
            var points = Direction(flow, isReply).Hops.Where(h => h.Point.Home?.Node == via).Select(h => h.Point).ToHashSet();
            var others = Direction(flow, !isReply).Transmissions.Where(t => !t.IsIcmpError).ToList();
            // The ends of the other way must lie beyond the detour, or nothing says that it was avoided.
            if (!other.Contains(way[i - 1]) || !other.Exists(n => n != way[i - 1]) || !points.Any(p => evidence.Coverage.WouldShow(p, others, false, flow.Protocol) is not null))
                continue;
            var target = isReply ? flow.Requested.Source : (flow.Served ?? flow.Requested).Destination;
            return new Part(way[i - 1], via, isReply, RouteLookup.Find(way[i - 1], target));
        }

        return null;
    }

    // By the packet that was seen farthest: a RST to an address that a translation on the way made up goes elsewhere.
    private static List<NetworkNamespace> Nodes(FlowDirection direction)
    {
        var nodes = new List<NetworkNamespace>();
        var witness = direction.Transmissions.Where(t => !t.IsIcmpError && !t.Is(TcpFlags.Rst, TcpFlags.Rst)).Take(4).MaxBy(t => t.Hops.Count);
        if (witness is null)
            return nodes;
        foreach (var node in witness.Hops.Select(h => direction.Hops[h - 1].Point.Home?.Node).OfType<NetworkNamespace>())
        {
            if (nodes.Count == 0 || nodes[^1] != node)
                nodes.Add(node);
        }

        return nodes;
    }

    private sealed record Part(NetworkNamespace Turn, NetworkNamespace Via, bool IsReply, Dumps.RouteRecord? Route);
}
