using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Stitching.Trails;

namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>The memory of one partition: copies of its packets, and what is made of them; used again when its flows are settled.</summary>
internal sealed class TransmissionMemory
{
    private const int LargestPiece = 1 << 18;
    private readonly Piece<PacketRecord> records = new(LargestPiece);
    private readonly Piece<AlignedHop> aligned = new(LargestPiece >> 4);
    private readonly Piece<Observation> items = new(LargestPiece);
    private readonly Piece<ushort> hops = new(LargestPiece);
    private Observation[] singles = [];

    public TransmissionMemory() => RecordTaker = TakeRecords;

    /// <summary><see cref="TakeRecords"/>, made once.</summary>
    public Func<int, ArraySegment<PacketRecord>> RecordTaker { get; }

    /// <summary>Forgets all, nothing that was taken may be used any more, and gives room for a partition's observations that are on no trail.</summary>
    public Observation[] Begin(int count)
    {
        records.Forget();
        aligned.Forget();
        items.Forget();
        hops.Forget();
        if (singles.Length < count)
            singles = GC.AllocateUninitializedArray<Observation>(count);
        return singles;
    }

    /// <summary>Room for so many records.</summary>
    public ArraySegment<PacketRecord> TakeRecords(int count) => records.Take(count);

    /// <summary>Room for so many hops.</summary>
    public ArraySegment<AlignedHop> TakeHops(int count) => aligned.Take(count);

    /// <summary>Room for so many observations in path order and the hop of each, from the position that is given.</summary>
    public (Observation[] Items, ushort[] Hops, int Start) Take(int count)
    {
        // Both are asked for the same, so that they stay side by side.
        var (taken, numbers) = (items.Take(count), hops.Take(count));
        return (taken.Array!, numbers.Array!, taken.Offset);
    }

    /// <summary>One piece of memory after the other; what was taken stays where it is.</summary>
    /// <param name="largest">Items of a piece, unless more are asked for at once.</param>
    private sealed class Piece<T>(int largest)
    {
        private T[] array = [];
        private int used;

        public void Forget() => used = 0;

        public ArraySegment<T> Take(int count)
        {
            if (used + count > array.Length)
            {
                array = GC.AllocateUninitializedArray<T>(Math.Max(count, Math.Clamp(array.Length * 2, 256, largest)));
                used = 0;
            }

            used += count;
            return new ArraySegment<T>(array, used - count, count);
        }
    }
}
