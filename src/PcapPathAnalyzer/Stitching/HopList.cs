using System.Collections;
using PcapPathAnalyzer.Stitching.Building;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching;

/// <summary>The hops of one direction of a flow, in path order.</summary>
public sealed class HopList : IReadOnlyList<Hop>
{
    private readonly HopSlab slab;
    private readonly int start;

    internal HopList(HopSlab slab, int start, int count) => (this.slab, this.start, Count) = (slab, start, count);

    public static HopList Empty { get; } = new(new HopSlab(new ObservationTables(), 0), 0, 0);

    public int Count { get; }

    public Hop this[int index] => (uint)index < (uint)Count ? new Hop(slab, start + index, index + 1) : throw new ArgumentOutOfRangeException(nameof(index));

    public IEnumerator<Hop> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal ObservationTables Tables => slab.Tables;

    /// <summary>Where a hop is, by its place from 0; of a rotated capture the first part.</summary>
    internal CapturePoint PointAt(int index) => slab.Tables.PointAt(slab.Records[start + index].Point);

    internal WayOfHops Points => new(this);

    /// <summary>What happened before a hop, by its place from 0.</summary>
    internal IReadOnlyList<HopAction> ActionsAt(int index) => slab.Actions[start + index] ?? [];

    internal Span<HopRecord> Records => slab.Records.AsSpan(start, Count);
}

/// <summary>Where the hops of a list are.</summary>
internal readonly struct WayOfHops(HopList hops) : IWay
{
    public int Count => hops.Count;

    public CapturePoint At(int hop) => hops.PointAt(hop);
}

/// <summary>Records of the hops of many flows, in one piece of memory.</summary>
internal sealed class HopSlab(ObservationTables tables, int size)
{
    public ObservationTables Tables { get; } = tables;

    public HopRecord[] Records { get; } = new HopRecord[size];

    /// <summary>What happened before each hop; null until it is explained.</summary>
    public IReadOnlyList<HopAction>?[] Actions { get; } = new IReadOnlyList<HopAction>?[size];

    public int Used { get; set; }
}

/// <summary>Gives room for hops, one slab after the other. One instance serves one thread.</summary>
internal sealed class HopSlabs(ObservationTables tables)
{
    private const int LargestSlab = 1 << 14;
    private HopSlab slab = new(tables, 128);

    public HopList Take(int count)
    {
        if (slab.Used + count > slab.Records.Length)
            slab = new HopSlab(tables, Math.Max(count, Math.Min(LargestSlab, slab.Records.Length * 2)));
        var list = new HopList(slab, slab.Used, count);
        slab.Used += count;
        return list;
    }
}
