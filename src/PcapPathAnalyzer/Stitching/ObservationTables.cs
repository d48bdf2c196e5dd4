using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Stitching;

/// <summary>The values that observations refer to by number.</summary>
public sealed class ObservationTables
{
    public Interner<FiveTuple> Tuples { get; } = new();

    public Interner<TunnelKey> Tunnels { get; } = new();

    public Interner<MacPair> Macs { get; } = new();

    public List<CapturePoint> Points { get; } = [];

    /// <summary>Number of the tuple of the other direction; adds it where it is new.</summary>
    public int Reverse(int tuple) => Tuples.Add(Tuples[tuple].Reversed);

    /// <summary>Forgets all; the memory stays for the next file.</summary>
    internal void Clear()
    {
        Tuples.Clear();
        Tunnels.Clear();
        Macs.Clear();
        Points.Clear();
    }
}
