namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>What packets take from one place to another as a rule, clocks included.</summary>
/// <param name="Middle">Nanoseconds.</param>
/// <param name="Spread">What single packets differ by from it at most, where nothing was lost; nanoseconds.</param>
/// <param name="Noise">What many differ by from it: less than this tells nothing; nanoseconds.</param>
internal readonly record struct UsualDelay(long Middle, long Spread, long Noise)
{
    /// <summary>Between two nodes, queues hold packets up for as long; nanoseconds.</summary>
    internal const long Queued = 50_000_000;

    /// <summary>A softirq that runs a little later; nanoseconds.</summary>
    private const long LeastNoise = 10_000;

    /// <summary>Of delays that mostly differ little, none differs by so many times the usual difference.</summary>
    private const int Much = 4;

    /// <summary>Delays that do not outvote a wrong one.</summary>
    private const int Few = 3;

    /// <summary>So many at both places, and none twice, are the same.</summary>
    private const int Many = 8;

    /// <summary>Of packets that are not each other's, or nobody knows: it pairs none.</summary>
    public static readonly UsualDelay OfOthers = new(TransmissionMatcher.Lifetime + 1, 0, LeastNoise);

    /// <summary>Looks at packets that nothing but their times tells apart.</summary>
    /// <param name="alike">Times at the one place and at the other, in order, of packets that are alike; not empty.</param>
    /// <param name="doubt">What the two clocks may be wrong by: 0 on one clock, null where nobody knows; nanoseconds.</param>
    /// <returns>Null where nothing speaks for any delay that clocks and queues allow.</returns>
    public static UsualDelay? Between(IReadOnlyCollection<(List<long> Sent, List<long> Seen)> alike, long? doubt)
    {
        if (doubt is not { } wrong)
            return Between(alike);
        var (near, most) = (wrong + OrderedPairs.Apart, wrong + Queued);
        var equal = alike.Where(static a => a.Sent.Count == a.Seen.Count).ToList();
        // Where as many were seen as were sent, and each is nearest to its own, both together are sure.
        var delays = equal.Where(static a => Nearest(a).SequenceEqual(InOrder(a))).SelectMany(InOrder).Where(d => Math.Abs(d) <= most).ToList();
        var isSure = delays.Count >= Few;
        // So few may be of two places that missed one each.
        if (delays.Count is > 0 and < Few)
            delays.AddRange(alike.Where(static a => a.Sent.Count != a.Seen.Count).SelectMany(Nearest));
        if (delays.Count == 0)
            delays = Likely(alike, [.. equal.SelectMany(InOrder)], near, most);
        if (delays.Count == 0)
            return null;
        delays.Sort();
        // The nearer one of two is likelier.
        var middle = long.MinMagnitude(delays[(delays.Count - 1) / 2], delays[delays.Count / 2]);
        var much = Much * Median(delays.Select(d => Math.Abs(d - middle)));
        return new UsualDelay(middle, Math.Clamp(much, near, most), Math.Max(isSure ? 0 : wrong, Math.Clamp(much, LeastNoise, OrderedPairs.Apart)));
    }

    /// <summary>Whether a packet may take as long.</summary>
    public bool MayBe(long delay) => Math.Abs(delay - Middle) <= Spread;

    // What most speaks for, where nothing is sure: a delay that clocks alone explain; what is far nearer than the next packet; so many here as there.
    private static List<long> Likely(IReadOnlyCollection<(List<long> Sent, List<long> Seen)> alike, List<long> inOrder, long near, long most)
    {
        if (inOrder.Count > 0 && Math.Abs(Median(inOrder)) <= near)
            return inOrder;
        var pause = alike.Min(static a => Math.Min(LeastPause(a.Sent), LeastPause(a.Seen)));
        var reach = Math.Max(near, Math.Min(most, pause / Much));
        var nearest = alike.SelectMany(Nearest).Where(d => Math.Abs(d) <= reach).ToList();
        return nearest.Count > 0 ? nearest : inOrder.Count >= Many && Math.Abs(Median(inOrder)) <= most ? inOrder : [];
    }

    // Clocks that nobody compared: as many here as there, which follow each other alike, and not so in any other order.
    private static UsualDelay? Between(IReadOnlyCollection<(List<long> Sent, List<long> Seen)> alike)
    {
        var delays = alike.Where(a => a.Sent.Count == a.Seen.Count && (a.Sent.Count == 2 ? alike.Count >= Few : IsInOrder(a))).SelectMany(InOrder).ToList();
        if (delays.Count == 0)
            return null;
        delays.Sort();
        var middle = delays[delays.Count / 2];
        return new UsualDelay(middle, Queued, Math.Clamp(Much * Median(delays.Select(d => Math.Abs(d - middle))), LeastNoise, OrderedPairs.Apart));
    }

    private static bool IsInOrder((List<long> Sent, List<long> Seen) alike)
    {
        var differ = Differ(0);
        return alike.Sent.Count == 1 || (differ <= OrderedPairs.Apart && differ < Math.Min(Differ(1), Differ(-1)) / Much);

        long Differ(int shift)
        {
            var delays = Enumerable.Range(Math.Max(0, -shift), alike.Sent.Count - Math.Abs(shift)).Select(i => alike.Seen[i + shift] - alike.Sent[i]).ToList();
            return delays.Count == 0 ? 0 : delays.Max() - delays.Min();
        }
    }

    private static long Median(IEnumerable<long> values)
    {
        var sorted = values.Order().ToList();
        return sorted[(sorted.Count - 1) / 2];
    }

    private static long LeastPause(List<long> times)
    {
        var least = long.MaxValue;
        for (var i = 1; i < times.Count; i++)
            least = Math.Min(least, times[i] - times[i - 1]);
        return least;
    }

    private static IEnumerable<long> Nearest((List<long> Sent, List<long> Seen) alike) => OrderedPairs.NearestDelays(alike.Sent, alike.Seen);

    private static IEnumerable<long> InOrder((List<long> Sent, List<long> Seen) alike) => alike.Seen.Zip(alike.Sent, static (seen, sent) => seen - sent);
}
