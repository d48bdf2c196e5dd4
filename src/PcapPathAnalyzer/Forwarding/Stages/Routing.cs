using PcapPathAnalyzer.Forwarding.Routing;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>What a routing decision does to a packet's way.</summary>
internal static class Routing
{
    /// <summary>The branch with the decision, its output device, and what the decision leaves open.</summary>
    public static Branch Take(Branch b, RouteDecision decision)
    {
        b = b with { Route = decision, Probability = b.Probability * decision.Probability, Packet = b.Packet with { Out = decision.OutputDevice } };
        return decision.Condition is { } c && !b.Conditions.Contains(c) ? b with { Conditions = b.Conditions.Add(c) } : b;
    }

    /// <summary>Adds the step; and the verdict where the packet goes no further.</summary>
    public static Branch Say(Branch b, RouteDecision d)
    {
        if (b.Verdict is not null)
            return b;
        var ns = b.Namespace.Name;
        var to = b.Packet.Tuple.Destination;
        var by = d.Rule is { } rule && !PolicyRouting.IsUsual(rule) ? $" (policy rule {rule.Priority} of {rule.Location})" : "";
        switch (d.Kind)
        {
            case RouteKind.Local:
                return b.Step(StepKind.Route, $"{to} is local: an address of {d.Device ?? "lo"}", d.Location, d.Device ?? "lo");
            case RouteKind.Unicast:
                var via = d.NextHop is { Gateway.IsNone: false } hop ? $"via {hop.Gateway} " : "";
                return b.Step(StepKind.Route, $"{to} by {d.Route!.Destination} {via}dev {d.Device}{by}", d.Location, d.Device);
            case RouteKind.Broadcast or RouteKind.Multicast:
                return b.Step(StepKind.Route, $"{to} is a {d.Kind.ToString().ToLowerInvariant()} address{(d.Device is null ? "" : $" on {d.Device}")}", d.Location, d.Device);
            case RouteKind.Unknown:
                return b.CannotTell($"how {ns} routes {to} is not in the dumps; it would take: {d.Missing}", d.Location);
            case RouteKind.Blackhole:
                return b.Stop(StepKind.Drop, Verdict.NoRoute, $"{to} is dropped silently by a blackhole {(d.Route is null ? "policy rule" : $"route to {d.Route.Destination}")}{by}", d.Location);
            case RouteKind.Prohibit:
                return b.Stop(StepKind.Reject, Verdict.NoRoute, $"{to} is refused by a prohibit {(d.Route is null ? "policy rule" : $"route to {d.Route.Destination}")}{by}", d.Location) with { Answer = new IcmpAnswer("icmp-admin-prohibited") };
            case RouteKind.Unreachable:
                return b.Stop(StepKind.Reject, Verdict.NoRoute, $"{to} is refused by an unreachable {(d.Route is null ? "policy rule" : $"route to {d.Route.Destination}")}{by}", d.Location) with { Answer = new IcmpAnswer("icmp-host-unreachable") };
            default:
                return b.Stop(StepKind.Reject, Verdict.NoRoute, $"{ns} has no route to {to}") with { Answer = new IcmpAnswer("icmp-net-unreachable") };
        }
    }
}
