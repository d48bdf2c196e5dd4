namespace PcapPathAnalyzer.Stitching;

/// <summary>What a node's clock shows against the reference clock.</summary>
/// <param name="Name">The node.</param>
/// <param name="Offset">Nanoseconds this clock is ahead of the reference.</param>
/// <param name="Uncertainty">Half the shortest round trip seen, nanoseconds; null where only one direction was seen or nothing.</param>
/// <param name="Packets">Packets the estimate rests on.</param>
/// <param name="Basis">How it was found, in words.</param>
public sealed record ClockEstimate(string Name, long Offset, long? Uncertainty, int Packets, string Basis);

/// <summary>Clock offsets of all nodes against one of them.</summary>
public sealed class ClockTable
{
    private readonly Dictionary<string, long> offsets;
    private readonly long[] byPoint;

    internal ClockTable(IReadOnlyList<ClockEstimate> estimates, IReadOnlyList<CapturePoint> points)
    {
        Estimates = estimates;
        offsets = estimates.ToDictionary(e => e.Name, e => e.Offset, StringComparer.Ordinal);
        byPoint = [.. points.Select(p => offsets.GetValueOrDefault(p.Clock))];
    }

    /// <summary>One per node that has captures, ordered by name; the reference has offset 0.</summary>
    public IReadOnlyList<ClockEstimate> Estimates { get; }

    /// <summary>Nanoseconds that the clock of a capture point is ahead of the reference.</summary>
    public long Offset(int point) => byPoint[point];

    /// <summary>Nanoseconds that a node's clock is ahead of the reference; 0 for a node without captures.</summary>
    public long Offset(string clock) => offsets.GetValueOrDefault(clock);

    /// <summary>The time that the capture says, of an observation whose time was corrected; nanoseconds.</summary>
    internal long AsCaptured(in Observation o) => o.Time + byPoint[o.Point];
}
