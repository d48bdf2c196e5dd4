namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>What packets take from one place to another as a rule, clocks included.</summary>
/// <param name="Middle">Nanoseconds.</param>
/// <param name="Spread">What single packets differ by from it at most, where nothing was lost; nanoseconds.</param>
/// <param name="Noise">What many differ by from it: less than this tells nothing; nanoseconds.</param>
internal readonly record struct UsualDelay(long Middle, long Spread, long Noise)
{
    /// <summary>Between two nodes, queues hold packets up for as long; nanoseconds.</summary>
    private const long BetweenNodes = 50_000_000;

    /// <summary>A softirq that runs a little later; nanoseconds.</summary>
    private const long LeastNoise = 10_000;

    /// <summary>Of delays that mostly differ little, none differs by so many times the usual difference.</summary>
    private const int Much = 4;

    /// <summary>Delays that do not outvote a wrong one.</summary>
    private const int Few = 3;

    /// <summary>Looks at packets that nothing but their times tells apart.</summary>
    /// <param name="alike">Times at the one place and at the other, in order, of packets that are alike.</param>
    /// <param name="isWithinNode">Then delays differ hardly, but where the node itself holds packets up.</param>
    public static UsualDelay Between(IReadOnlyCollection<(List<long> Sent, List<long> Seen)> alike, bool isWithinNode)
    {
        // Where as many were seen as were sent each is the other's, mostly; where they are not, which one is whose is a guess. On one clock the
        // nearest is as good a guess, so that both together are sure: one place may lack one packet and the other place another.
        var equal = alike.Where(static a => a.Sent.Count == a.Seen.Count).ToList();
        List<long> delays = isWithinNode ? [.. equal.Where(static a => OrderedPairs.NearestDelays(a.Sent, a.Seen).SequenceEqual(InOrder(a))).SelectMany(InOrder)] : [];
        // So few may be of two places that missed one each.
        if (delays.Count is > 0 and < Few)
            delays.AddRange(alike.Where(static a => a.Sent.Count != a.Seen.Count).SelectMany(static a => OrderedPairs.NearestDelays(a.Sent, a.Seen)));
        if (delays.Count == 0)
            delays.AddRange(equal.SelectMany(InOrder));
        var isGuessed = delays.Count == 0;
        if (isGuessed)
            delays.AddRange(alike.SelectMany(static a => OrderedPairs.NearestDelays(a.Sent, a.Seen)));
        if (delays.Count == 0)
            return new UsualDelay(0, BetweenNodes, BetweenNodes);
        delays.Sort();
        // Within a node the nearer one of two is likelier.
        var isLower = isWithinNode && delays[delays.Count / 2] > 0;
        var middle = delays[isLower ? (delays.Count - 1) / 2 : delays.Count / 2];
        var differences = delays.ConvertAll(d => Math.Abs(d - middle));
        differences.Sort();
        var much = Much * differences[isWithinNode ? (differences.Count - 1) / 2 : differences.Count / 2];
        return isWithinNode
            ? new UsualDelay(middle, Math.Clamp(much, OrderedPairs.Apart, BetweenNodes), Math.Clamp(much, LeastNoise, OrderedPairs.Apart))
            : new UsualDelay(middle, BetweenNodes, isGuessed ? BetweenNodes : Math.Clamp(much, LeastNoise, OrderedPairs.Apart));
    }

    private static IEnumerable<long> InOrder((List<long> Sent, List<long> Seen) alike) => alike.Seen.Zip(alike.Sent, static (seen, sent) => seen - sent);

    public bool MayBe(long delay) => Math.Abs(delay - Middle) <= Spread;
}
