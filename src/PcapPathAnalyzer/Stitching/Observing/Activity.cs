using System.Runtime.CompilerServices;

namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>Packets over time, in a fixed number of bins that grow wider as time goes on: whatever a capture lasts, it takes the same memory.</summary>
public sealed class Activity
{
    private const int Bins = 512;
    private readonly int[] counts = new int[Bins];
    private long origin;
    private long width = 100_000;

    // Where the last packet fell; no bin before the first.
    private int current;
    private long binStart;
    private long binWidth;

    /// <summary>Nanoseconds, as captured; greater than <see cref="Last"/> where nothing was seen.</summary>
    public long First { get; private set; } = long.MaxValue;

    public long Last { get; private set; } = long.MinValue;

    /// <summary>Packets per bin, with the time in the middle of it; empty bins are left out.</summary>
    public IEnumerable<(long Time, int Count)> Counts()
    {
        for (var i = 0; i < Bins; i++)
        {
            if (counts[i] > 0)
                yield return (Math.Clamp(origin + (i * width) + (width / 2), First, Last), counts[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Note(long time)
    {
        // Most packets fall into the bin of the one before.
        if ((ulong)(time - binStart) < (ulong)binWidth && time > Last)
        {
            Last = time;
            counts[current]++;
        }
        else
        {
            NoteElsewhere(time);
        }
    }

    private void NoteElsewhere(long time)
    {
        if (First > Last)
            origin = time;
        First = Math.Min(First, time);
        Last = Math.Max(Last, time);
        // What is stamped before the first packet (reordering, a damaged time) counts with it.
        var distance = Math.Max(0, unchecked(time - origin));
        var bin = distance / width;
        while (bin >= Bins)
        {
            Widen();
            bin = distance / width;
        }

        counts[bin]++;
        (current, binStart, binWidth) = ((int)bin, origin + (bin * width), width);
    }

    private void Widen()
    {
        width *= 2;
        for (var i = 0; i < Bins / 2; i++)
            counts[i] = counts[2 * i] + counts[(2 * i) + 1];
        Array.Clear(counts, Bins / 2, Bins / 2);
    }
}
