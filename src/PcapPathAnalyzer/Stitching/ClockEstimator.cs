namespace PcapPathAnalyzer.Stitching;

/// <summary>
/// Estimates how far the nodes' clocks are apart. A packet seen on A and then on B bounds the offset from above, one the
/// other way from below; the least delay of each direction is taken as equal (the argument of NTP, RFC 5905 section 8).
/// </summary>
internal sealed class ClockEstimator(ObservationTables tables, IReadOnlyDictionary<string, long> stated)
{
    private readonly Dictionary<(string From, string To), (long Least, int Packets)> least = [];

    /// <summary>Takes one transmission whose observations are in path order, times as captured.</summary>
    public void Add(ReadOnlySpan<Observation> inPathOrder)
    {
        for (var i = 1; i < inPathOrder.Length; i++)
        {
            ref readonly var a = ref inPathOrder[i - 1];
            ref readonly var b = ref inPathOrder[i];
            var (from, to) = (tables.Points[a.Point].Clock, tables.Points[b.Point].Clock);
            if (from == to)
                continue;
            (long Least, int Packets) known = least.GetValueOrDefault((from, to), (long.MaxValue, 0));
            least[(from, to)] = (Math.Min(known.Least, b.Time - a.Time), known.Packets + 1);
        }
    }

    public ClockTable Estimate()
    {
        var names = tables.Points.Select(p => p.Clock).Distinct().Order(StringComparer.Ordinal).ToList();
        var estimates = new Dictionary<string, ClockEstimate>(StringComparer.Ordinal);
        foreach (var known in names)
        {
            if (stated.TryGetValue(known, out var offset))
                estimates.Add(known, new ClockEstimate(known, offset, 0, 0, "bundle.json"));
        }

        foreach (var known in estimates.Keys.ToList())
            Spread(known, estimates);
        foreach (var reference in names)
        {
            if (estimates.ContainsKey(reference))
                continue;
            estimates.Add(reference, new ClockEstimate(reference, 0, 0, 0, estimates.Count == 0 ? "reference" : "no packet shared with another node: taken as right"));
            Spread(reference, estimates);
        }

        return new ClockTable([.. estimates.Values.OrderBy(e => e.Name, StringComparer.Ordinal)], tables.Points);
    }

    // Breadth first from the reference, so that each estimate rests on the fewest steps.
    private void Spread(string reference, Dictionary<string, ClockEstimate> estimates)
    {
        var queue = new Queue<string>([reference]);
        while (queue.TryDequeue(out var a))
        {
            foreach (var b in least.Keys.Select(k => k.From == a ? k.To : k.To == a ? k.From : null).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList())
            {
                if (estimates.ContainsKey(b))
                    continue;
                estimates.Add(b, Between(estimates[a], b));
                queue.Enqueue(b);
            }
        }
    }

    private ClockEstimate Between(ClockEstimate a, string b)
    {
        var forth = least.GetValueOrDefault((a.Name, b), (long.MaxValue, 0));
        var back = least.GetValueOrDefault((b, a.Name), (long.MaxValue, 0));
        var packets = forth.Item2 + back.Item2;
        if (forth.Item2 > 0 && back.Item2 > 0)
            return new ClockEstimate(b, a.Offset + ((forth.Item1 - back.Item1) / 2), Math.Abs(forth.Item1 + back.Item1) / 2 + (a.Uncertainty ?? 0), packets, $"both directions against {a.Name}");
        var bound = forth.Item2 > 0 ? forth.Item1 : -back.Item1;
        return new ClockEstimate(b, a.Offset + bound, null, packets, $"one direction against {a.Name}: the transit time cannot be told from the offset");
    }
}
