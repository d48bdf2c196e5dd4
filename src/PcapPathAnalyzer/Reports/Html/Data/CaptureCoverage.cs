using PcapPathAnalyzer.Diagnosis;

namespace PcapPathAnalyzer.Reports.Html.Data;

/// <summary>Packets per capture point over time, on the reference clock.</summary>
internal sealed class CaptureCoverage
{
    public const int Bins = 120;

    private CaptureCoverage(int[][] counts, long from, long to)
    {
        Counts = counts;
        From = from;
        To = to;
    }

    /// <summary>By capture point index, then by bin.</summary>
    public int[][] Counts { get; }

    /// <summary>Nanoseconds since 1970.</summary>
    public long From { get; }

    public long To { get; }

    public static CaptureCoverage? Of(AnalysisResult result)
    {
        var seen = result.CapturePoints.Where(p => p.Activity.First <= p.Activity.Last).ToList();
        if (seen.Count == 0)
            return null;
        var from = seen.Min(p => result.Clocks.Correct(p.Index, p.Activity.First));
        var to = seen.Max(p => result.Clocks.Correct(p.Index, p.Activity.Last));
        var counts = result.CapturePoints.Select(_ => new int[Bins]).ToArray();
        // As unsigned numbers: a damaged time may lie centuries away.
        var span = (UInt128)unchecked((ulong)(to - from)) + 1;
        foreach (var point in seen)
        {
            foreach (var (time, count) in point.Activity.Counts())
            {
                var corrected = Math.Clamp(result.Clocks.Correct(point.Index, time), from, to);
                counts[point.Index][(int)(unchecked((ulong)(corrected - from)) * (UInt128)Bins / span)] += count;
            }
        }

        return new CaptureCoverage(counts, from, to);
    }
}
