using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>What still leads to an endpoint that is gone: a rule, or a conntrack entry that the rules would no longer make.</summary>
internal sealed record StaleCause(Citation? Rule, ConntrackRecord? Conntrack, NetworkNamespace? Home)
{
    /// <summary>For the message, with a separator in front.</summary>
    public string Words => Conntrack is not null ? $"; no rule leads there any more, the conntrack entry {Conntrack.Location} does" : Rule is not null ? $"; the rule is {Rule.Location}" : "";

    public static StaleCause Of(Evidence evidence, LostPacket lost)
    {
        var cited = lost.Flow.Forward.Hops.SelectMany(h => h.Actions).FirstOrDefault(a => a.Name == "dnat")?.Citation;
        if (cited is not null || lost.Predicted is [var one, ..] && (cited = one.Rule) is not null)
            return new StaleCause(cited, null, lost.Place);
        // A service has the same rules on every node: any namespace's rule will do, the nearest first.
        foreach (var ns in evidence.Network.Namespaces.OrderBy(n => n == lost.Place ? 0 : lost.Flow.Forward.Hops.Any(h => h.Point.Home == n) ? 1 : 2))
        {
            var rules = PredictedDestination.Of(ns, lost.Flow.Requested, "any");
            if (rules.FirstOrDefault(r => r.Tuple.Destination == lost.Tuple.Destination) is { Rule: not null } rule)
                return new StaleCause(rule.Rule, null, ns);
        }

        foreach (var ns in evidence.Network.Namespaces)
        {
            if (ns.Conntrack.FirstOrDefault(c => IsOf(c, lost)) is { } entry)
                return new StaleCause(null, entry, ns);
        }

        return new StaleCause(null, null, null);
    }

    private static bool IsOf(ConntrackRecord entry, LostPacket lost) =>
        entry.Original is var o && o.Source == lost.Flow.Requested.Source && o.SourcePort == lost.Flow.Requested.SourcePort
        && o.Destination == lost.Flow.Requested.Destination && o.DestinationPort == lost.Flow.Requested.DestinationPort && o.Protocol == lost.Flow.Protocol
        && entry.Reply.Source == lost.Tuple.Destination;
}
