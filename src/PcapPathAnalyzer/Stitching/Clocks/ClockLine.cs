namespace PcapPathAnalyzer.Stitching.Clocks;

/// <summary>
/// How far a clock is ahead and how fast it runs, from <see cref="ClockBounds"/>. A drift is claimed only where zero lies outside the slopes that keep all
/// bounds, by more than half their width; else the clock is taken to run right, and what drifts the bounds leave open makes it less certain, the more the
/// further away from the time in which clocks were compared. Nothing is assumed of how long packets take, or that both ways take alike.
/// </summary>
/// <param name="Offset">At <paramref name="Epoch"/>, nanoseconds.</param>
/// <param name="Epoch">The middle of the time in which clocks were compared, by the clock, nanoseconds.</param>
/// <param name="Uncertainty">Of the offset at any time of <see cref="ClockBounds.First"/> to <see cref="ClockBounds.Last"/>, nanoseconds.</param>
/// <param name="Ppm">What the clock gains, parts per million; 0 where no drift is claimed.</param>
/// <param name="UncertaintyPpm">The drift lies this much around it, whether one is claimed or not.</param>
/// <param name="IsDrift">A drift is claimed.</param>
internal readonly record struct ClockLine(long Offset, long Epoch, long Uncertainty, double Ppm, double UncertaintyPpm, bool IsDrift)
{
    /// <summary>No clock that is a clock is worse than this; what is was set while the captures ran, parts per million.</summary>
    private const double Most = 2000;

    /// <summary>Shorter than this, bounds of microseconds tell nothing of a drift; nanoseconds.</summary>
    private const long Shortest = 500_000_000;

    /// <summary>A capture stamps a packet this much late now and then, so that bounds contradict each other by it; nanoseconds.</summary>
    internal const long Jitter = 50_000;

    /// <summary>What a clock may drift that nobody set, parts per million: ten times what a quartz does in a warm room.</summary>
    internal const double Usual = 200;

    public static ClockLine Through(ClockBounds bounds)
    {
        var open = bounds.Slopes(Jitter);
        if (IsClaimed(bounds, open))
            return Through(bounds, (open.Low + open.High) / 2, open, open);
        var kept = bounds.Slopes(0);
        // Where no line keeps all bounds, some packet was stamped late.
        return Through(bounds, 0, AsUsual(kept.Low <= kept.High ? kept : open), AsUsual(open));
    }

    private static bool IsClaimed(ClockBounds bounds, (double Low, double High) slopes)
    {
        var (low, high) = slopes;
        return bounds.Last - bounds.First >= Shortest && low <= high && Math.Abs(low + high) >= 2 * (high - low) && !double.IsInfinity(low) && !double.IsInfinity(high) && Math.Abs(low + high) / 2 * 1e6 <= Most;
    }

    private static (double Low, double High) AsUsual((double Low, double High) slopes)
    {
        var (low, high) = (Math.Max(slopes.Low, -Usual / 1e6), Math.Min(slopes.High, Usual / 1e6));
        return low <= high ? (low, high) : (-Usual / 1e6, Usual / 1e6);
    }

    /// <param name="bounds">What is known.</param>
    /// <param name="slope">What the clock is taken to gain.</param>
    /// <param name="kept">Slopes of the lines that keep the bounds.</param>
    /// <param name="open">The same where stamps may be late: a moment that tells little while clocks are compared, and much long after.</param>
    private static ClockLine Through(ClockBounds bounds, double slope, (double Low, double High) kept, (double Low, double High) open)
    {
        var epoch = bounds.First + ((bounds.Last - bounds.First) / 2);
        var (least, most) = bounds.At(epoch, slope);
        var offset = (least + most) / 2;
        // The further from the middle, the further apart are the lines that keep the bounds: at the ends most.
        var spread = Math.Max(Apart(bounds.First), Apart(bounds.Last));
        return new ClockLine((long)Math.Round(offset), epoch, (long)Math.Ceiling(spread), slope * 1e6, Math.Max(Math.Abs(open.Low - slope), Math.Abs(open.High - slope)) * 1e6, slope != 0);

        double Apart(long time)
        {
            var here = offset + (slope * (time - epoch));
            var (from, to) = bounds.At(time, kept.Low, kept.High);
            return Math.Max(Math.Abs(most - least) / 2, Math.Max(to - here, here - from));
        }
    }
}
