using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary>
/// <c>stale-endpoint</c>: a service's rule or a conntrack entry translates to a pod that is gone. Behind a bridge nobody answers ARP for its
/// address; where each pod has a route of its own, its node has none to it.
/// </summary>
internal sealed class StaleEndpoint : IFindingRule
{
    private static readonly FindingCode Kind = new("stale-endpoint", "Traffic to an endpoint that is gone", "A service still sends to an address that no interface has any more.")
    {
        Severity = Severity.Error,
        Explanation = "A rule or a connection tracking entry translates to a pod that is gone: nobody answers ARP for its address, or, where each pod has a route of its own, its node has none to it. A share of the connections fails, or, where a client keeps its UDP port, all of that client's.",
        CheckNext = "The service's EndpointSlices, kube-proxy's log, and conntrack entries to the old address.",
        Reference = new Uri("https://kubernetes.io/docs/reference/networking/virtual-ips/"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    /// <summary>Whether this, and nothing about the next hop or the routes, is the cause.</summary>
    public static bool Explains(Evidence evidence, LostPacket l) =>
        IsOnLink(l) || IsRouted(evidence, l);

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        foreach (var group in evidence.Silent.Where(s => IsOnLink(s.Lost) && !IsRouted(evidence, s.Lost)).GroupBy(s => (s.Lost.Place, s.Address)))
        {
            var hop = group.First();
            yield return Gone(evidence, [.. group.Select(s => s.Lost)], $"{hop.Lost.Place.Name} gets no answer to ARP{hop.On(evidence)}{hop.State(evidence)}", hop.Entry?.Location) with
            {
                Evidence = hop.Frames(evidence, [.. group.Select(s => s.Lost)]),
                Confidence = hop.Confidence(evidence),
            };
        }

        foreach (var group in evidence.Lost.Where(l => IsRouted(evidence, l)).GroupBy(l => (l.Place, l.Tuple.Destination)))
        {
            var first = group.First();
            var route = first.Route is { Type: not "unicast" } ? first.Route : null;
            yield return Gone(evidence, [.. group], $"{first.Place.Name} has a route to each of its pods and none to it{Instead(first.Route)}", route?.Location);
        }
    }

    private static bool IsOnLink(LostPacket l) => IsEndpoint(l) && l.IsForwarded && l.NextHop == l.Tuple.Destination && l.Route is { Type: "unicast" } or null;

    private static bool IsRouted(Evidence evidence, LostPacket l) =>
        (l.IsForwarded || l.Stage == LossStage.Sent) && IsEndpoint(l) && RoutedPods.IsGone(evidence.Network, l.Place, l.Tuple.Destination);

    private static bool IsEndpoint(LostPacket l) => !l.IsReply && l.Flow.Requested.Destination != l.Tuple.Destination;

    private static Finding Gone(Evidence evidence, List<LostPacket> items, string how, SourceLocation? place)
    {
        items = [.. items.DistinctBy(i => i.Flow)];
        var flows = items.ConvertAll(i => i.Flow);
        var first = items[0];
        var cause = StaleCause.Of(evidence, first);
        return new Finding
        {
            Code = Kind.Code,
            Severity = Severity.Error,
            Namespace = first.Place.Name,
            Location = cause.Conntrack?.Location ?? place ?? cause.Rule?.Location,
            Citation = cause.Rule,
            Message = $"{first.Flow.Asked()} is translated to {first.Tuple.Destination}, which nobody has: {how}{cause.Words} ({FlowEvidence.Count(flows)})",
            Advice = cause.Conntrack is not null
                ? $"Delete the entry: conntrack -D -p {first.Flow.Protocol.Keyword()} --orig-dst {first.Flow.Requested.Destination} on {cause.Home?.Name}; kube-proxy should have done it when the endpoint went."
                : "The pod is gone and its endpoint is not: see kubectl get endpointslices, kube-proxy's log, and conntrack entries to the old address.",
            Flows = flows,
            Evidence = evidence.LastFrames(items),
            Confidence = "likely",
        };
    }

    private static string Instead(RouteRecord? route) => route switch
    {
        null => "",
        { Type: not "unicast" } => $", so that {route.Type} {route.Destination} is what fits ({route.Location})",
        { NextHops: [{ Gateway.IsNone: false } hop, ..] } => $", so that it goes to the default gateway {hop.Gateway} ({route.Location})",
        _ => $", so that only the default route fits ({route.Location})",
    };
}
