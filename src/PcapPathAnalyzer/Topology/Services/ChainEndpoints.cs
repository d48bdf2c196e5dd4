namespace PcapPathAnalyzer.Topology.Services;

/// <summary>Every endpoint that a chain leads to, the nearest first; one way through chains, whichever tool made them.</summary>
internal static class ChainEndpoints
{
    /// <param name="chain">Where traffic is handed to.</param>
    /// <param name="rules">The rules of a chain; null where the dump does not have it.</param>
    /// <param name="endpoints">What a rule translates to by itself.</param>
    /// <param name="next">The chains a rule leads to.</param>
    public static List<ServiceEndpoint> Of<TRule>(string chain, Func<string, IReadOnlyList<TRule>?> rules, Func<TRule, IEnumerable<ServiceEndpoint>> endpoints, Func<TRule, IEnumerable<string>> next)
    {
        var found = new List<ServiceEndpoint>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>([chain]);
        while (open.TryDequeue(out var name))
        {
            if (!seen.Add(name))
                continue;
            foreach (var rule in rules(name) ?? [])
            {
                found.AddRange(endpoints(rule));
                foreach (var target in next(rule))
                    open.Enqueue(target);
            }
        }

        return found;
    }
}
