namespace PcapPathAnalyzer.Stitching.Clocks;

/// <summary>
/// How fast one clock runs against another. Every packet bounds the offset at its time: from above where it goes to the clock, from below where it
/// comes from it, since no packet arrives before it was sent. The lines that keep all bounds have slopes within an interval; a drift is claimed only
/// where zero lies outside it, by more than half its width. Nothing is assumed of how long packets take, or that both ways take alike.
/// </summary>
internal static class ClockDrift
{
    /// <summary>Windows of time of which the sharpest bounds are kept.</summary>
    private const int Windows = 24;

    /// <summary>No clock that is a clock is worse than this; what is was set while the captures ran, parts per million.</summary>
    private const double Most = 2000;

    /// <summary>Shorter than this, bounds of microseconds tell nothing of a drift; nanoseconds.</summary>
    private const long Shortest = 500_000_000;

    /// <summary>A capture stamps a packet this much late now and then, so that bounds contradict each other by it; nanoseconds.</summary>
    private const long Jitter = 50_000;

    /// <summary>What a clock may drift that nobody set, parts per million: ten times what a quartz does in a warm room.</summary>
    private const double Usual = 200;

    /// <param name="upper">Times by the clock, and what it is ahead by at most, nanoseconds.</param>
    /// <param name="lower">The same, at least.</param>
    /// <returns>Null where the bounds allow no drift at all, any way of it, or none of one sign.</returns>
    public static DriftFit? Fit(List<(long Time, long Offset)> upper, List<(long Time, long Offset)> lower)
    {
        if (upper.Count == 0 || lower.Count == 0)
            return null;
        var (first, last) = Span(upper, lower);
        if (last - first < Shortest)
            return null;
        var (above, below) = (Sharpest(upper, first, last, least: true), Sharpest(lower, first, last, least: false));
        var (low, high) = Slopes(above, below, Jitter);
        if (low > high || Math.Abs(low + high) < 2 * (high - low) || double.IsInfinity(low) || double.IsInfinity(high) || Math.Abs(low + high) / 2 * 1e6 > Most)
            return null;
        var slope = (low + high) / 2;
        // The middle of the time: there the uncertainty of the slope counts least.
        var epoch = first + ((last - first) / 2);
        var most = above.Min(u => u.Offset - (slope * (u.Time - epoch)));
        var least = below.Max(l => l.Offset - (slope * (l.Time - epoch)));
        var spread = (Math.Abs(most - least) / 2) + ((high - low) / 2 * (last - epoch));
        return new DriftFit(slope * 1e6, (high - low) / 2 * 1e6, (long)Math.Round((most + least) / 2), (long)Math.Ceiling(spread), epoch);
    }

    /// <summary>What a clock that is taken to run right may be off more at the ends of the time than in its middle: the bounds leave drifts open; nanoseconds.</summary>
    /// <param name="upper">As in <see cref="Fit"/>.</param>
    /// <param name="lower">As in <see cref="Fit"/>.</param>
    public static long Unseen(List<(long Time, long Offset)> upper, List<(long Time, long Offset)> lower)
    {
        var (first, last) = Span(upper, lower);
        var (low, high) = Slopes(Sharpest(upper, first, last, least: true), Sharpest(lower, first, last, least: false), 0);
        return low > high ? 0 : (long)(Math.Min(Usual / 1e6, Math.Max(Math.Abs(low), Math.Abs(high))) * (last - first) / 2);
    }

    private static (long First, long Last) Span(List<(long Time, long Offset)> upper, List<(long Time, long Offset)> lower) =>
        (Math.Min(upper.Min(static p => p.Time), lower.Min(static p => p.Time)), Math.Max(upper.Max(static p => p.Time), lower.Max(static p => p.Time)));

    // Of the lines that keep all bounds; none where low is above high.
    private static (double Low, double High) Slopes(List<(long Time, long Offset)> above, List<(long Time, long Offset)> below, long jitter)
    {
        var (low, high) = (double.NegativeInfinity, double.PositiveInfinity);
        foreach (var u in above)
        {
            foreach (var l in below)
            {
                // From a lower bound to an upper one the line rises by no more than what lies between; from an upper to a lower one, by no less.
                double room = u.Offset - l.Offset + jitter;
                if (u.Time > l.Time)
                    high = Math.Min(high, room / (u.Time - l.Time));
                else if (u.Time < l.Time)
                    low = Math.Max(low, -room / (l.Time - u.Time));
                else if (room < 0)
                    return (1, 0);
            }
        }

        return (low, high);
    }

    private static List<(long Time, long Offset)> Sharpest(List<(long Time, long Offset)> bounds, long first, long last, bool least)
    {
        var kept = new (long Time, long Offset)?[Windows];
        foreach (var bound in bounds)
        {
            var window = (int)((bound.Time - first) * (Int128)Windows / (last - first + 1));
            if (kept[window] is not { } known || (least ? bound.Offset < known.Offset : bound.Offset > known.Offset))
                kept[window] = bound;
        }

        return [.. kept.OfType<(long Time, long Offset)>()];
    }
}

/// <summary>A line through all bounds.</summary>
/// <param name="Ppm">Parts per million.</param>
/// <param name="UncertaintyPpm">Half the interval of slopes that keep all bounds.</param>
/// <param name="Offset">At <paramref name="Epoch"/>, nanoseconds.</param>
/// <param name="Uncertainty">Of the offset, nanoseconds.</param>
/// <param name="Epoch">By the clock, nanoseconds.</param>
internal readonly record struct DriftFit(double Ppm, double UncertaintyPpm, long Offset, long Uncertainty, long Epoch);
