using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>The memory of one partition: its observations, and what is made of them; used again when its flows are settled.</summary>
internal sealed class TransmissionMemory
{
    private const int LargestPiece = 1 << 18;
    private Observation[] partition = [];
    private int[] cells = [];
    private Observation[] items = [];
    private ushort[] hops = [];
    private int used;
    private int usedCells;

    /// <summary>Forgets all, nothing that was taken may be used any more, and gives room for a partition's observations.</summary>
    public Observation[] Begin(int count)
    {
        (used, usedCells) = (0, 0);
        if (partition.Length < count)
        {
            partition = GC.AllocateUninitializedArray<Observation>(count);
            cells = GC.AllocateUninitializedArray<int>(count);
        }

        return partition;
    }

    /// <summary>Room for the positions of so many observations of the partition; no observation is given a place twice.</summary>
    public ArraySegment<int> TakeCells(int count)
    {
        var segment = new ArraySegment<int>(cells, usedCells, count);
        usedCells += count;
        return segment;
    }

    /// <summary>Room for so many observations in path order, from the position that is given.</summary>
    public (Observation[] Items, ushort[] Hops, int Start) Take(int count)
    {
        if (used + count > items.Length)
        {
            var size = Math.Max(count, Math.Clamp(items.Length * 2, 256, LargestPiece));
            items = GC.AllocateUninitializedArray<Observation>(size);
            hops = GC.AllocateUninitializedArray<ushort>(size);
            used = 0;
        }

        var start = used;
        used += count;
        return (items, hops, start);
    }
}
