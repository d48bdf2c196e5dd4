namespace PcapPathAnalyzer.Stitching;

/// <summary>
/// Says why the observations of a flow belong together: one <c>tuple</c> at several capture points, one packet
/// <c>identity</c> under two tuples, a <c>conntrack</c> entry, a <c>rule</c> that translates so, or what was <c>inferred</c>;
/// and what stayed <c>ambiguous</c>.
/// </summary>
internal static class FlowReasons
{
    public static IReadOnlyList<string> Of(Flow flow)
    {
        var reasons = new List<string>();
        foreach (var leg in flow.Forward.Hops.Concat(flow.Reply.Hops).GroupBy(h => h.Tuple).Where(g => g.Skip(1).Any()))
            reasons.Add($"tuple: {leg.Key} at {leg.Count()} capture points");
        reasons.AddRange(flow.Joined.Select(j => j.ToString()).Distinct());
        foreach (var hop in flow.Forward.Hops)
        {
            foreach (var action in hop.Actions.Where(a => a.Citation is not null))
                reasons.Add($"rule: {action.Citation!.Location} ({action.Name}) gives {hop.Tuple}");
        }

        if (flow.IsDirectionInferred)
            reasons.Add("inferred: no handshake or request shows who is the client; ports, services or who spoke first do");
        reasons.AddRange(flow.Inferred);
        return reasons;
    }
}
