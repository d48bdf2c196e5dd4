namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>The values that observations refer to by number.</summary>
public sealed class ObservationTables
{
    public TupleTable Tuples { get; } = new();

    public Interner<TunnelKey> Tunnels { get; } = new();

    public Interner<MacPair> Macs { get; } = new();

    public List<CapturePoint> Points { get; } = [];

    /// <summary>Number of the tuple of the other direction; adds it where it is new.</summary>
    public int Reverse(int tuple) => Tuples.Add(Tuples[tuple].Reversed);

    // Null while each capture point is a place of its own.
    private int[]? places;

    /// <summary>The first of the capture points that are one place: rotation puts an interface's packets into several files, one after the other.</summary>
    internal int PlaceOf(int point) => places is null ? point : places[point];

    /// <summary>The capture point that stands for all that are one place with this one.</summary>
    internal CapturePoint PointAt(int point) => Points[PlaceOf(point)];

    /// <summary>Whether one part of a rotated capture was written before another.</summary>
    internal bool IsEarlier(int part, int other) => Points[part].FirstTime < Points[other].FirstTime || (Points[part].FirstTime == Points[other].FirstTime && part < other);

    /// <summary>All files were read: the parts of rotated captures become one place.</summary>
    internal void SharePlaces()
    {
        foreach (var same in Points.Where(p => p.Frames > 0).GroupBy(p => (p.Namespace, p.Interface, p.LinkType)))
        {
            CapturePoint? last = null;
            foreach (var point in same.OrderBy(p => p.FirstTime).ThenBy(p => p.Index))
            {
                // Two captures of one interface at the same time are two witnesses, not parts of one.
                if (last is not null && last.LastTime <= point.FirstTime)
                {
                    places ??= [.. Enumerable.Range(0, Points.Count)];
                    places[point.Index] = places[last.Index];
                }

                last = point;
            }
        }
    }

    /// <summary>Forgets all; the memory stays for the next file.</summary>
    internal void Clear()
    {
        Tuples.Clear();
        Tunnels.Clear();
        Macs.Clear();
        Points.Clear();
    }
}
