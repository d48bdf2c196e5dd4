using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Stitching.Clocks;

/// <summary>
/// What packets that two nodes saw say of how far the one's clock is ahead of the other's. Every packet bounds the offset at its time: from above where it
/// goes to the clock, from below where it comes from it, since no packet arrives before it was sent. What keeps all bounds is a set of lines.
/// </summary>
internal sealed class ClockBounds
{
    /// <summary>Windows of time of which the sharpest bounds are kept.</summary>
    private const int Windows = 24;

    private readonly List<ClockBound> above;
    private readonly List<ClockBound> below;

    /// <param name="upper">Times by the clock, and what it is ahead by at most; not empty.</param>
    /// <param name="lower">The same, at least; not empty.</param>
    public ClockBounds(List<ClockBound> upper, List<ClockBound> lower)
    {
        First = Math.Min(upper.Min(static b => b.Time), lower.Min(static b => b.Time));
        Last = Math.Max(upper.Max(static b => b.Time), lower.Max(static b => b.Time));
        above = Sharpest(upper, static (a, b) => a.Offset < b.Offset);
        below = Sharpest(lower, static (a, b) => a.Offset > b.Offset);
    }

    /// <summary>Leaves out what is not sure and contradicts most bounds of the other side: it was another packet that the other node saw.</summary>
    /// <param name="upper">As above.</param>
    /// <param name="lower">As above.</param>
    public static (List<ClockBound> Upper, List<ClockBound> Lower) WithoutStrangers(List<ClockBound> upper, List<ClockBound> lower)
    {
        if (upper.Count == 0 || lower.Count == 0 || upper.Concat(lower).All(static b => b.IsSure))
            return (upper, lower);
        var all = upper.Concat(lower).Select(static b => b.Time).ToList();
        // What clocks may drift in all that time is no contradiction.
        var room = ClockLine.Jitter + (long)((all.Max() - all.Min()) * ClockLine.Usual / 1e6);
        var (highest, lowest) = (Sorted(upper), Sorted(lower));
        return (
            upper.FindAll(u => u.IsSure || 2 * (lower.Count - InOrder.CountBefore<long>(lowest, l => l <= u.Offset + room)) < lower.Count),
            lower.FindAll(l => l.IsSure || 2 * InOrder.CountBefore<long>(highest, u => u < l.Offset - room) < upper.Count));

        static long[] Sorted(List<ClockBound> bounds) => [.. bounds.Select(static b => b.Offset).Order()];
    }

    /// <summary>Times of the first and the last bound, by the clock, nanoseconds.</summary>
    public long First { get; }

    /// <inheritdoc cref="First"/>
    public long Last { get; }

    /// <summary>Slopes of the lines that keep all bounds; none where low is above high.</summary>
    /// <param name="jitter">Nanoseconds by which bounds may contradict each other.</param>
    public (double Low, double High) Slopes(long jitter)
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

    /// <summary>What the clock is ahead by at a time, if it gains as much as the slope says: at least and at most, nanoseconds.</summary>
    public (double Least, double Most) At(long time, double slope) =>
        (below.Max(l => l.Offset + (slope * (time - l.Time))), above.Min(u => u.Offset + (slope * (time - u.Time))));

    /// <summary>The same for any slope of an interval.</summary>
    public (double Least, double Most) At(long time, double low, double high) =>
        (-Highest(s => -At(time, s).Least, low, high), Highest(s => At(time, s).Most, low, high));

    // The least of lines rises to one top and falls from there.
    private static double Highest(Func<double, double> value, double low, double high)
    {
        for (var step = 0; step < 64; step++)
        {
            var (left, right) = (low + ((high - low) / 3), high - ((high - low) / 3));
            if (value(left) < value(right))
                low = left;
            else
                high = right;
        }

        return Math.Max(value(low), value(high));
    }

    private List<ClockBound> Sharpest(List<ClockBound> bounds, Func<ClockBound, ClockBound, bool> isSharper)
    {
        var kept = new ClockBound?[Windows];
        foreach (var bound in bounds)
        {
            var window = (int)((bound.Time - First) * (Int128)Windows / (Last - First + 1));
            if (kept[window] is not { } known || isSharper(bound, known))
                kept[window] = bound;
        }

        return [.. kept.OfType<ClockBound>()];
    }
}

/// <summary>What a clock is ahead by at a time of its own, at most or at least; nanoseconds.</summary>
/// <param name="IsSure">Both nodes saw the same packet; else one that is equal.</param>
internal readonly record struct ClockBound(long Time, long Offset, bool IsSure = true);
