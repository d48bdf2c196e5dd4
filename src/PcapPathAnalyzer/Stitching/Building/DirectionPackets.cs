using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Stitching.Trails;

namespace PcapPathAnalyzer.Stitching.Building;

/// <summary>The packets that one connection sent one way, at all capture points. Memory is used again for the next connection.</summary>
internal sealed class DirectionPackets
{
    private ulong[] places = [];
    private Observation[] items = [];
    private Observation[] inOrder = [];

    /// <summary>File by file, in order of first sight.</summary>
    public List<TrailPackets> Trails { get; } = [];

    /// <summary>Those that are on no trail, file by file in its order; times are on the reference clock.</summary>
    public List<(int File, Observation Observation)> Singles { get; } = [];

    public int Count { get; private set; }

    public void Clear()
    {
        Trails.Clear();
        Singles.Clear();
        Count = 0;
    }

    public void Add(in TrailPackets trail)
    {
        Trails.Add(trail);
        Count += trail.Records.Length;
    }

    public void Add(int file, in Observation single)
    {
        Singles.Add((file, single));
        Count++;
    }

    /// <summary>All of them as observations, <see cref="Count"/> in number: each file's in its order, times on the reference clock. Good until the next call.</summary>
    public Observation[] ToObservations(ClockTable clocks)
    {
        if (items.Length < Count)
            (items, places) = (new Observation[Math.Max(Count, items.Length * 2)], new ulong[Math.Max(Count, items.Length * 2)]);
        var n = 0;
        foreach (var (trail, file, records) in Trails)
        {
            foreach (ref readonly var record in records.Span)
            {
                items[n] = record.On(trail);
                items[n].Time = clocks.Correct(trail.Point, record.Time);
                places[n++] = Place(file, record.Frame);
            }
        }

        foreach (var (file, single) in Singles)
        {
            items[n] = single;
            places[n++] = Place(file, single.Frame);
        }

        return IsSorted(places.AsSpan(0, n)) ? items : Sort(n);
    }

    private Observation[] Sort(int count)
    {
        if (inOrder.Length < count)
            inOrder = new Observation[items.Length];
        var order = new int[count];
        for (var i = 0; i < count; i++)
            order[i] = i;
        places.AsSpan(0, count).Sort(order.AsSpan());
        for (var i = 0; i < count; i++)
            inOrder[i] = items[order[i]];
        return inOrder;
    }

    private static bool IsSorted(ReadOnlySpan<ulong> values)
    {
        for (var i = 1; i < values.Length; i++)
        {
            if (values[i] < values[i - 1])
                return false;
        }

        return true;
    }

    private static ulong Place(int file, uint frame) => ((ulong)file << 32) | frame;
}

/// <summary>A trail with its packets.</summary>
/// <param name="Trail">By common numbers.</param>
/// <param name="File">From 0.</param>
/// <param name="Records">In the file's order; times as the capture says.</param>
internal readonly record struct TrailPackets(Trail Trail, int File, ReadOnlyMemory<PacketRecord> Records);
