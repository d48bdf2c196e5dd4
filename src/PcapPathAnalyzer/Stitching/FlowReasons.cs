namespace PcapPathAnalyzer.Stitching;

/// <summary>
/// Says why the observations of a flow belong together: one <c>tuple</c> at several capture points, one packet
/// <c>identity</c> under two tuples, a <c>conntrack</c> entry, a <c>rule</c> that translates so, or what was <c>inferred</c>;
/// and what stayed <c>ambiguous</c>.
/// </summary>
internal static class FlowReasons
{
    /// <summary>Tuples of one flow that are told of.</summary>
    private const int MostTuples = 256;

    public static IReadOnlyList<string> Of(Flow flow)
    {
        var reasons = new List<string>();
        AddTuples(reasons, flow);
        foreach (var join in flow.Joined)
        {
            var reason = join.ToString();
            if (!reasons.Contains(reason))
                reasons.Add(reason);
        }

        for (var i = 0; i < flow.Forward.Hops.Count; i++)
        {
            var actions = flow.Forward.Hops.ActionsAt(i);
            for (var a = 0; a < actions.Count; a++)
            {
                if (actions[a].Citation is { } citation)
                    reasons.Add($"rule: {citation.Location} ({actions[a].Name}) gives {flow.Forward.Hops[i].Tuple}");
            }
        }

        foreach (var action in flow.Unseen?.Actions ?? [])
            reasons.Add($"inferred: behind the last capture point {action.Citation?.Location.ToString() ?? flow.Unseen!.Namespace} ({action.Name}) gives {flow.Unseen!.After}");

        if (flow.IsDirectionInferred)
            reasons.Add("inferred: no handshake or request shows who is the client; ports, services or who spoke first do");
        reasons.AddRange(flow.Inferred);
        AddUndecided(reasons, flow);
        return reasons;
    }

    private static void AddUndecided(List<string> reasons, Flow flow)
    {
        foreach (var (direction, name) in (ReadOnlySpan<(FlowDirection, string)>)[(flow.Forward, "forward"), (flow.Reply, "reply")])
        {
            if (direction.MayBeTwice > 0)
                reasons.Add($"ambiguous: {direction.MayBeTwice} {name} packet(s) are equal to the one right before at the only capture point that has them, without an identification that tells: sent twice, as they are counted, or captured twice");
            if (direction.MayBeSeveral > 0)
                reasons.Add($"ambiguous: {direction.MayBeSeveral} {name} packet(s), cut by the snap length or equal to others without an identification, are each like several that followed each other faster than delays and clocks tell, of which not all came there; not joined, and counted by themselves");
        }
    }

    // Tuples that more than one hop saw, in order of first sight; there are few.
    private static void AddTuples(List<string> reasons, Flow flow)
    {
        Span<int> seen = stackalloc int[MostTuples];
        Span<int> counts = stackalloc int[MostTuples];
        var used = 0;
        foreach (var direction in (ReadOnlySpan<FlowDirection>)[flow.Forward, flow.Reply])
        {
            foreach (ref readonly var hop in direction.Hops.Records)
            {
                var at = seen[..used].IndexOf(hop.Tuple);
                if (at < 0 && used == MostTuples)
                    continue;
                if (at < 0)
                    (seen[used], counts[used], at) = (hop.Tuple, 0, used++);
                counts[at]++;
            }
        }

        var tables = (flow.Forward.Hops.Count > 0 ? flow.Forward : flow.Reply).Hops.Tables;
        for (var i = 0; i < used; i++)
        {
            if (counts[i] > 1)
                reasons.Add($"tuple: {tables.Tuples[seen[i]]} at {counts[i]} capture points");
        }
    }
}
