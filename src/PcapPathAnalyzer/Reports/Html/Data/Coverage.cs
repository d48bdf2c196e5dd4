using PcapPathAnalyzer.Diagnosis;

namespace PcapPathAnalyzer.Reports.Html.Data;

/// <summary>Packets per capture point over time, on the reference clock.</summary>
internal sealed class Coverage
{
    public const int Bins = 120;

    private Coverage(int[][] counts, long from, long to)
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

    public static Coverage? Of(AnalysisResult result)
    {
        var store = result.Observations;
        var (from, to) = (long.MaxValue, long.MinValue);
        for (var i = 0; i < store.Count; i++)
        {
            var time = result.Clocks.Corrected(store[i]);
            (from, to) = (Math.Min(from, time), Math.Max(to, time));
        }

        if (store.Count == 0)
            return null;
        var counts = result.CapturePoints.Select(_ => new int[Bins]).ToArray();
        // As unsigned numbers: a damaged time may lie centuries away.
        var span = (UInt128)unchecked((ulong)(to - from)) + 1;
        for (var i = 0; i < store.Count; i++)
        {
            ref var o = ref store[i];
            counts[o.Point][(int)(unchecked((ulong)(result.Clocks.Corrected(o) - from)) * (UInt128)Bins / span)]++;
        }

        return new Coverage(counts, from, to);
    }
}
