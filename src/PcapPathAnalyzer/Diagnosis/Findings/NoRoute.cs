using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary>
/// <c>no-route</c>, <c>no-return-route</c>: the namespace that had the packet last has no route to where it must go, a blackhole, or only
/// a default route that leads away from it.
/// </summary>
internal sealed class NoRoute : IFindingRule
{
    private static readonly FindingCode NoWay = new("no-route", "No route", "The namespace that has the packet has no route to its destination.")
    {
        Severity = Severity.Error,
        Explanation = "The routing table has no entry for the destination, one that refuses it, or only a default route that leads away from it. The sender gets an ICMP error or, with a blackhole route, nothing.",
        CheckNext = "ip route on this node beside that of one that works, and the CNI's agent that writes the routes.",
        Reference = new Uri("https://man7.org/linux/man-pages/man8/ip-route.8.html"),
    };

    private static readonly FindingCode NoWayBack = new("no-return-route", "No route back", "The namespace that answers has no route to the client.")
    {
        Severity = Severity.Error,
        Explanation = "The request arrives and is answered, and the answer finds no route to the client. The client sees a timeout, as if the server were silent.",
        CheckNext = "ip route get CLIENT on the node that answers, and the CNI's agent that writes the routes.",
        Reference = new Uri("https://man7.org/linux/man-pages/man8/ip-route.8.html"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [NoWay, NoWayBack];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var lost = evidence.Lost.Where(l => Explains(evidence, l) && !StaleEndpoint.Explains(evidence, l));
        foreach (var group in lost.GroupBy(l => (l.Place, l.IsReply, l.Route?.Location, IsOwn(evidence, l) ? IpAddress.None : l.Tuple.Destination)))
        {
            var items = group.ToList();
            var flows = items.ConvertAll(i => i.Flow);
            var first = items[0];
            var owner = IsOwn(evidence, first) ? null : evidence.Network.Owner(first.Tuple.Destination);
            yield return new Finding
            {
                Code = (first.IsReply ? NoWayBack : NoWay).Code,
                Severity = Severity.Error,
                Namespace = first.Place.Name,
                Location = first.Route?.Location,
                Message = $"{first.Place.Name} has no {(first.IsReply ? "way back" : "route")} to {string.Join(", ", items.Select(i => i.Tuple.Destination).Distinct().Take(3))}{(owner is null ? "" : $" (it is in {owner.Name})")}{Why(evidence, first)}; last seen at {first.Last.Point} ({FlowEvidence.Count(flows)})",
                Advice = IsOwn(evidence, first)
                    ? $"The routes of {first.Place.Name} to its own pods are missing: is the CNI's agent (calico-node, ...) running there?"
                    : owner is null
                    ? "Compare ip route of this node with that of one that works."
                    : $"The route to the range of {owner.Node.Name} is missing: is the CNI's agent (flanneld, calico-node, ...) of {first.Place.Name} running, and does it know {owner.Node.Name}?",
                Flows = flows,
                Evidence = evidence.LastFrames(items),
            };
        }
    }

    /// <summary>Whether a missing route, and nothing about a gateway, is the cause.</summary>
    public static bool Explains(Evidence evidence, LostPacket l)
    {
        if (!l.RoutesKnown)
            return false;
        // Others send it here, and it would go out again by a default route.
        if (IsOwn(evidence, l))
            return true;
        if (!l.IsForwarded)
            return false;
        if (l.Route is null || l.Route.Type is "unreachable" or "blackhole" or "prohibit" or "throw")
            return true;
        // A default route to a gateway that does not answer, for an address that the bundle knows to be elsewhere.
        return l.Route.Destination.Length == 0 && evidence.Network.Owner(l.Tuple.Destination) is { } owner && owner != l.Place && l.Neighbour is null or { IsUsable: false };
    }

    private static bool IsOwn(Evidence evidence, LostPacket l) =>
        (l.IsForwarded || l.Stage == LossStage.Sent) && l.Route is { Destination.Length: 0 } && RoutedPods.RangeOf(evidence.Network, l.Place, l.Tuple.Destination) is not null;

    private static string Why(Evidence evidence, LostPacket l) => l.Route switch
    {
        null => "",
        { Type: "unreachable" or "blackhole" or "prohibit" or "throw" } r => $": {r.Type} {r.Destination}",
        var r when IsOwn(evidence, l) => $": only the default route fits ({r.Location}), and other nodes send {RoutedPods.RangeOf(evidence.Network, l.Place, l.Tuple.Destination)} here",
        var r => $": only the default route via {l.NextHop} fits, which {(l.Neighbour?.State is { } s ? $"does not answer ARP ({s})" : "is not in the neighbour table")} and is no way to it ({r.Location})",
    };
}
