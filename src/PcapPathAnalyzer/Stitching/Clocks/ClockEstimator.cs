using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Clocks;

/// <summary>
/// Estimates how far the nodes' clocks are apart. A packet seen on A and then on B bounds the offset from above, one the
/// other way from below; the least delay of each direction is taken as equal (the argument of NTP, RFC 5905 section 8).
/// </summary>
internal sealed class ClockEstimator(ObservationTables tables, IReadOnlyDictionary<string, long> stated)
{
    private readonly Dictionary<(string From, string To), List<Transit>> transits = [];

    // The same of packets of which nobody knows which way they went.
    private readonly Dictionary<(string From, string To), List<Transit>> guesses = [];

    /// <summary>Takes one transmission whose observations are in path order, times as captured.</summary>
    /// <param name="inPathOrder">What was seen of it.</param>
    /// <param name="isGuess">The order of nodes is a guess: it tells how far clocks are apart only where nothing else does.</param>
    public void Add(ReadOnlySpan<Observation> inPathOrder, bool isGuess = false)
    {
        var into = isGuess ? guesses : transits;
        for (var i = 1; i < inPathOrder.Length; i++)
        {
            ref readonly var a = ref inPathOrder[i - 1];
            ref readonly var b = ref inPathOrder[i];
            var (from, to) = (tables.Points[a.Point].Clock, tables.Points[b.Point].Clock);
            if (from == to)
                continue;
            if (!into.TryGetValue((from, to), out var known))
                into.Add((from, to), known = []);
            known.Add(new Transit(a.Time, b.Time, IsSure(a)));
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
            estimates.Add(reference, estimates.Count == 0
                ? new ClockEstimate(reference, 0, 0, 0, "reference")
                : Guess(reference, estimates) ?? new ClockEstimate(reference, 0, null, 0, "no packet shared with another node: taken as right"));
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
            foreach (var b in transits.Keys.Select(k => k.From == a ? k.To : k.To == a ? k.From : null).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList())
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
        // What b's clock is ahead of the reference by: at most, by what came to it; at least, by what left it.
        List<ClockBound> upper = [.. Transits(a.Name, b).Select(t => new ClockBound(t.Seen, t.Seen - (t.Sent - a.OffsetAt(t.Sent)), t.IsSure))];
        List<ClockBound> lower = [.. Transits(b, a.Name).Select(t => new ClockBound(t.Sent, t.Sent - (t.Seen - a.OffsetAt(t.Seen)), t.IsSure))];
        (upper, lower) = ClockBounds.WithoutStrangers(upper, lower);
        var packets = upper.Count + lower.Count;
        if (packets == 0)
            return new ClockEstimate(b, 0, null, 0, $"packets shared with {a.Name} contradict each other: taken as right");
        if (upper.Count == 0 || lower.Count == 0)
        {
            var bound = upper.Count > 0 ? upper.Min(static p => p.Offset) : lower.Max(static p => p.Offset);
            return new ClockEstimate(b, bound, null, packets, $"one direction against {a.Name}: the transit time cannot be told from the offset");
        }

        var bounds = new ClockBounds(upper, lower);
        var line = ClockLine.Through(bounds);
        var (first, last) = (bounds.First - line.Offset, bounds.Last - line.Offset);
        return new ClockEstimate(b, line.Offset, line.Uncertainty + (a.UncertaintyBetween(first, last) ?? 0), packets, $"both directions against {a.Name}")
        {
            DriftPpm = line.Ppm,
            DriftUncertaintyPpm = line.IsDrift ? line.UncertaintyPpm + a.OpenDriftPpm : null,
            OpenDriftPpm = line.UncertaintyPpm + a.OpenDriftPpm,
            Epoch = line.Epoch,
            ComparedFrom = bounds.First,
            ComparedUntil = bounds.Last,
        };
    }

    private ClockEstimate? Guess(string b, Dictionary<string, ClockEstimate> estimates)
    {
        foreach (var (a, known) in estimates.OrderBy(static e => e.Key, StringComparer.Ordinal))
        {
            List<long> apart =
            [
                .. (guesses.GetValueOrDefault((a, b)) ?? []).Select(t => t.Seen - (t.Sent - known.OffsetAt(t.Sent))),
                .. (guesses.GetValueOrDefault((b, a)) ?? []).Select(t => t.Sent - (t.Seen - known.OffsetAt(t.Seen))),
            ];
            if (apart.Count == 0)
                continue;
            apart.Sort();
            return new ClockEstimate(b, apart[apart.Count / 2], null, apart.Count, $"packets that {a} saw too, and nobody knows which way they went: the transit time cannot be told from the offset");
        }

        return null;
    }

    private List<Transit> Transits(string from, string to) => transits.GetValueOrDefault((from, to)) ?? [];

    // A datagram without identification may be sent again as it was: what one node saw need not be what the other one did.
    private bool IsSure(in Observation o) => o.HasTcp() || o.HasIdentification() || o.IsNumbered(tables);

    /// <summary>Times of departure and of arrival, each by the clock that saw it.</summary>
    private readonly record struct Transit(long Sent, long Seen, bool IsSure);
}
