using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Stitching.Trails;

namespace PcapPathAnalyzer.Stitching.Clocks;

/// <summary>What a node's clock shows against the reference clock.</summary>
/// <param name="Name">The node.</param>
/// <param name="Offset">Nanoseconds this clock is ahead of the reference; where it drifts, at <see cref="Epoch"/>.</param>
/// <param name="Uncertainty">Half the shortest round trip seen, and what drifts too small to be seen add to it, nanoseconds; while clocks were compared (<see cref="UncertaintyAt"/> tells it of any time). Null where only one direction was seen or nothing.</param>
/// <param name="Packets">Packets the estimate rests on.</param>
/// <param name="Basis">How it was found, in words.</param>
public sealed record ClockEstimate(string Name, long Offset, long? Uncertainty, int Packets, string Basis)
{
    /// <summary>What this clock gains, parts per million of its own time; 0 where no drift is supported by what was seen.</summary>
    public double DriftPpm { get; init; }

    /// <summary>The drift lies this much around <see cref="DriftPpm"/>; null where none is claimed.</summary>
    public double? DriftUncertaintyPpm { get; init; }

    /// <summary>The moment, by this clock, at which it is ahead by <see cref="Offset"/>; nanoseconds.</summary>
    public long Epoch { get; init; }

    /// <summary>What the clock may gain or lose more than <see cref="DriftPpm"/> for all that was seen, parts per million.</summary>
    public double OpenDriftPpm { get; init; }

    /// <summary>The first and the last packet, by this clock, that it was compared with another one by; nanoseconds.</summary>
    public long ComparedFrom { get; init; }

    /// <inheritdoc cref="ComparedFrom"/>
    public long ComparedUntil { get; init; }

    /// <summary><c>+200 ± 1.5 ppm drift</c> behind a separator; empty where none is claimed.</summary>
    internal string DriftText(string separator) =>
        DriftUncertaintyPpm is { } u ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{separator}{DriftPpm:+0.##;-0.##} ± {u:0.##} ppm drift") : "";

    /// <summary>Nanoseconds this clock is ahead when it shows a time.</summary>
    public long OffsetAt(long captured) => DriftPpm == 0 ? Offset : Offset + (long)Math.Round((captured - Epoch) * DriftPpm / 1e6);

    /// <summary>What the offset may be wrong by when this clock shows a time, nanoseconds: outside the time in which it was compared, the more the further; null where nothing bounds it.</summary>
    public long? UncertaintyAt(long captured)
    {
        var outside = Math.Max(0, Math.Max(ComparedFrom - captured, captured - ComparedUntil));
        return OpenDriftPpm == 0 ? Uncertainty : Uncertainty + (long)Math.Ceiling(outside * OpenDriftPpm / 1e6);
    }

    /// <summary>The same from one time of the reference clock to another.</summary>
    internal long? UncertaintyBetween(long first, long last) =>
        OpenDriftPpm == 0 ? Uncertainty : Uncertainty is null ? null : Math.Max(UncertaintyAt(first + Offset)!.Value, UncertaintyAt(last + Offset)!.Value);

    /// <summary>What this clock showed at a time of the reference clock. Drift makes two of its nanoseconds one now and then: then the rounder one is meant.</summary>
    public long Captured(long corrected)
    {
        if (DriftPpm == 0)
            return corrected + Offset;
        var guess = corrected + Offset + (long)Math.Round((corrected + Offset - Epoch) * (DriftPpm / 1e6 / (1 - (DriftPpm / 1e6))));
        long? best = null;
        for (var time = guess - 2; time <= guess + 2; time++)
        {
            if (time - OffsetAt(time) == corrected && (best is null || time % 1000 == 0))
                best = time;
        }

        return best ?? guess;
    }
}

/// <summary>Clock offsets of all nodes against one of them.</summary>
public sealed class ClockTable
{
    private readonly Dictionary<string, ClockEstimate> byName;
    private readonly ClockEstimate?[] byPoint;

    internal ClockTable(IReadOnlyList<ClockEstimate> estimates, IReadOnlyList<CapturePoint> points)
    {
        Estimates = estimates;
        byName = estimates.ToDictionary(e => e.Name, StringComparer.Ordinal);
        byPoint = [.. points.Select(p => byName.GetValueOrDefault(p.Clock))];
    }

    /// <summary>One per node that has captures, ordered by name; the reference has offset 0.</summary>
    public IReadOnlyList<ClockEstimate> Estimates { get; }

    /// <summary>A time that a capture point's clock shows, on the reference clock; nanoseconds.</summary>
    public long Correct(int point, long captured) => byPoint[point] is { } clock ? captured - clock.OffsetAt(captured) : captured;

    /// <summary>The same of many records of one capture point.</summary>
    internal void Correct(int point, ReadOnlySpan<PacketRecord> records, Span<long> into)
    {
        var clock = byPoint[point];
        var (offset, drifts) = (clock?.Offset ?? 0, clock?.DriftPpm is not (null or 0));
        for (var k = 0; k < records.Length; k++)
            into[k] = records[k].Time - (drifts ? clock!.OffsetAt(records[k].Time) : offset);
    }

    /// <summary>A time that a node's clock shows, on the reference clock; as it is for a node without captures.</summary>
    public long Correct(string clock, long captured) => byName.TryGetValue(clock, out var known) ? captured - known.OffsetAt(captured) : captured;

    /// <summary>What the time between two capture points may be wrong by because their clocks differ, of packets of a stretch of time on the reference clock: 0 on one clock, null where nothing bounds it; nanoseconds.</summary>
    internal long? UncertaintyBetween(CapturePoint a, CapturePoint b, long first, long last)
    {
        var (x, y) = (byPoint[a.Index], byPoint[b.Index]);
        return ReferenceEquals(x, y) ? 0 : x?.UncertaintyBetween(first, last) + y?.UncertaintyBetween(first, last);
    }

    /// <summary>
    /// The same for telling packets apart: where packets of one direction alone compare the clocks, times are apart by what one takes longer than the fastest, which no clock adds to.
    /// Null where nothing compares them.
    /// </summary>
    internal long? DoubtBetween(CapturePoint a, CapturePoint b, long first, long last)
    {
        var (x, y) = (byPoint[a.Index], byPoint[b.Index]);
        return ReferenceEquals(x, y) ? 0 : Doubt(x) + Doubt(y);

        long? Doubt(ClockEstimate? clock) => clock?.UncertaintyBetween(first, last) ?? (clock is { Packets: > 0 } ? 0 : null);
    }

    /// <summary>What the latency of a hop, by its place from 0, may be wrong by because of clocks.</summary>
    internal long? LatencyUncertainty(FlowDirection direction, int hop) =>
        direction.Hops.Records[hop].From is > 0 and var from ? UncertaintyBetween(direction.Hops.PointAt(from - 1), direction.Hops.PointAt(hop), direction.FirstTime, direction.LastTime) : 0;

    /// <summary>A time of the reference clock as a capture point's clock showed it.</summary>
    public long AsCaptured(int point, long corrected) => byPoint[point] is { } clock ? clock.Captured(corrected) : corrected;

    /// <summary>The time that the capture says, of an observation whose time was corrected; nanoseconds.</summary>
    internal long AsCaptured(in Observation o) => AsCaptured(o.Point, o.Time);
}
