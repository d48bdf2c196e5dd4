namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>What packets take from one place to another as a rule, clocks included.</summary>
/// <param name="Middle">Nanoseconds.</param>
/// <param name="Spread">What single packets differ by from it at most, where nothing was lost; nanoseconds.</param>
internal readonly record struct UsualDelay(long Middle, long Spread)
{
    /// <summary>Between two nodes, queues hold packets up for as long; nanoseconds.</summary>
    private const long BetweenNodes = 50_000_000;

    /// <summary>Of delays that mostly differ little, none differs by so many times the usual difference.</summary>
    private const int Much = 4;

    /// <param name="delays">Of some packets, most of them right; sorted by this.</param>
    /// <param name="isWithinNode">Then they differ hardly, but where the node itself holds packets up.</param>
    public static UsualDelay Of(List<long> delays, bool isWithinNode)
    {
        if (delays.Count == 0)
            return new UsualDelay(0, BetweenNodes);
        delays.Sort();
        var middle = delays[delays.Count / 2];
        if (!isWithinNode)
            return new UsualDelay(middle, BetweenNodes);
        var differences = delays.ConvertAll(d => Math.Abs(d - middle));
        differences.Sort();
        return new UsualDelay(middle, Math.Clamp(Much * differences[differences.Count / 2], OrderedPairs.Apart, BetweenNodes));
    }

    public bool MayBe(long delay) => Math.Abs(delay - Middle) <= Spread;
}
