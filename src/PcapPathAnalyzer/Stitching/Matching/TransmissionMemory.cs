using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Stitching.Trails;

namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>The memory of one partition: copies of its packets, and what is made of them; used again when its flows are settled.</summary>
internal sealed class TransmissionMemory
{
    private const int LargestPiece = 1 << 18;
    private Observation[] singles = [];
    private PacketRecord[] records = [];
    private Observation[] items = [];
    private ushort[] hops = [];
    private int used;
    private int usedRecords;
    private AlignedHop[] aligned = [];
    private int usedAligned;

    public TransmissionMemory() => RecordTaker = TakeRecords;

    /// <summary><see cref="TakeRecords"/>, made once.</summary>
    public Func<int, ArraySegment<PacketRecord>> RecordTaker { get; }

    /// <summary>Forgets all, nothing that was taken may be used any more, and gives room for a partition's observations that are on no trail.</summary>
    public Observation[] Begin(int count)
    {
        (used, usedRecords, usedAligned) = (0, 0, 0);
        if (singles.Length < count)
            singles = GC.AllocateUninitializedArray<Observation>(count);
        return singles;
    }

    /// <summary>Room for so many records.</summary>
    public ArraySegment<PacketRecord> TakeRecords(int count)
    {
        if (usedRecords + count > records.Length)
        {
            records = GC.AllocateUninitializedArray<PacketRecord>(Math.Max(count, Math.Clamp(records.Length * 2, 256, LargestPiece)));
            usedRecords = 0;
        }

        usedRecords += count;
        return new ArraySegment<PacketRecord>(records, usedRecords - count, count);
    }

    /// <summary>Room for so many hops.</summary>
    public ArraySegment<AlignedHop> TakeHops(int count)
    {
        if (usedAligned + count > aligned.Length)
        {
            aligned = new AlignedHop[Math.Max(count, Math.Clamp(aligned.Length * 2, 64, LargestPiece >> 4))];
            usedAligned = 0;
        }

        usedAligned += count;
        return new ArraySegment<AlignedHop>(aligned, usedAligned - count, count);
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
