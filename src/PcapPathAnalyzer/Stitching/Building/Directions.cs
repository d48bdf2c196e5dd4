using PcapPathAnalyzer.Stitching.Legs;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Building;

/// <summary>Splits a connection's observations into its two directions; memory is used again for the next connection.</summary>
internal sealed class Directions
{
    public int[] There { get; private set; } = new int[64];

    public int ThereCount { get; private set; }

    public int[] Back { get; private set; } = new int[64];

    public int BackCount { get; private set; }

    /// <summary>ICMP errors are among them.</summary>
    public bool HasErrors { get; private set; }

    public long FirstTime { get; private set; }

    public long LastTime { get; private set; }

    /// <param name="legs">All legs, by their index.</param>
    /// <param name="items">Where the observations are.</param>
    /// <param name="start">The connection's first.</param>
    /// <param name="count">How many it has.</param>
    public void Sort(List<Leg> legs, Observation[] items, int start, int count)
    {
        if (count > There.Length)
            (There, Back) = (new int[count * 2], new int[count * 2]);
        var (there, back, first, last) = (0, 0, long.MaxValue, long.MinValue);
        HasErrors = false;
        for (var i = start; i < start + count; i++)
        {
            ref var o = ref items[i];
            var leg = legs[o.Leg];
            HasErrors |= o.Kind == ObservationKind.IcmpError;
            // An error about a packet goes the other way than the packet.
            if (o.Kind == ObservationKind.IcmpError ? o.QuotedTuple != leg.Forward && o.QuotedTuple == leg.Reverse : o.Tuple == leg.Forward)
                There[there++] = i;
            else
                Back[back++] = i;
            first = Math.Min(first, o.Time);
            last = Math.Max(last, o.Time);
        }

        (ThereCount, BackCount, FirstTime, LastTime) = (there, back, first, last);
    }
}
