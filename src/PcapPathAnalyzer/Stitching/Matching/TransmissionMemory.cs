using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Stitching.Trails;

namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>The memory of one partition: copies of its packets, and what is made of them; used again when its flows are settled.</summary>
internal sealed class TransmissionMemory
{
    private const int LargestPiece = 1 << 18;
    private readonly Pieces<PacketRecord> records = new(LargestPiece);
    private readonly Pieces<AlignedHop> aligned = new(LargestPiece >> 4);
    private readonly Pieces<Observation> items = new(LargestPiece);
    private readonly Pieces<ushort> hops = new(LargestPiece);
    private Observation[] singles = [];

    public TransmissionMemory() => RecordTaker = TakeRecords;

    /// <summary><see cref="TakeRecords"/>, made once.</summary>
    public Func<int, Memory<PacketRecord>> RecordTaker { get; }

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
    public Memory<PacketRecord> TakeRecords(int count) => records.Take(count);

    /// <summary>Room for so many hops.</summary>
    public ArraySegment<AlignedHop> TakeHops(int count) => aligned.Take(count);

    /// <summary>Room for so many observations in path order and the hop of each, from the position that is given.</summary>
    public (Observation[] Items, ushort[] Hops, int Start) Take(int count)
    {
        // Both are asked for the same, so that they stay side by side.
        var (taken, numbers) = (items.Take(count), hops.Take(count));
        return (taken.Array!, numbers.Array!, taken.Offset);
    }

    /// <summary>One array after the other; what was taken stays where it is. Once forgotten all of them serve again: an array of this size is collected late.</summary>
    /// <param name="largest">Items of an array, unless more are asked for at once.</param>
    private sealed class Pieces<T>(int largest)
    {
        private readonly List<T[]> arrays = [];
        private int current;
        private int used;

        public void Forget() => (current, used) = (0, 0);

        public ArraySegment<T> Take(int count)
        {
            if (current == arrays.Count || used + count > arrays[current].Length)
                Turn(count);
            used += count;
            return new ArraySegment<T>(arrays[current], used - count, count);
        }

        private void Turn(int count)
        {
            if (used > 0)
                current++;
            used = 0;
            if (current == arrays.Count)
                arrays.Add([]);
            if (arrays[current].Length >= count)
                return;
            // Nothing was taken of it yet: a larger one takes its place.
            var length = current == 0 ? 0 : arrays[current - 1].Length;
            arrays[current] = GC.AllocateUninitializedArray<T>(Math.Max(count, Math.Clamp(length * 2, 256, largest)));
        }
    }
}
