using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Stitching;

/// <summary>Gives equal five-tuples one small number, in the order in which they are first seen. Number 0 is the default value.</summary>
/// <remarks>
/// Open addressing with linear probing, at most half full. A slot is eight bytes, a hash and a number, so that a probe
/// rarely touches a tuple that is not the one looked for. The hash is keyed per process: no capture can be made whose
/// tuples all fall into one chain.
/// </remarks>
public sealed class FlowTable
{
    /// <summary>Tuples that <see cref="Add(ReadOnlySpan{FiveTuple}, Span{int})"/> looks up side by side.</summary>
    public const int BatchSize = 32;

    private static readonly ulong[] Keys = MemoryMarshal.Cast<byte, ulong>(RandomNumberGenerator.GetBytes(4 * sizeof(ulong))).ToArray();

    private Slot[] slots = new Slot[1024];
    private FiveTuple[] tuples = new FiveTuple[256];

    /// <summary>Numbers given so far, 0 included.</summary>
    public int Count { get; private set; } = 1;

    public FiveTuple this[int number] => (uint)number < (uint)Count ? tuples[number] : throw new ArgumentOutOfRangeException(nameof(number));

    /// <summary>The number of a tuple, a new one where it was not seen before.</summary>
    public int Add(in FiveTuple tuple) => Find(tuple, Hash(tuple));

    /// <summary>
    /// The numbers of many tuples. Their slots are read one after the other with nothing in between that depends on what is
    /// read, so that a table larger than the caches costs one wait for many tuples and not one for each.
    /// </summary>
    /// <param name="numbers">Takes a number per tuple; at least as long as <paramref name="batch"/>.</param>
    public void Add(ReadOnlySpan<FiveTuple> batch, Span<int> numbers)
    {
        Span<uint> hashes = stackalloc uint[BatchSize];
        Span<Slot> first = stackalloc Slot[BatchSize];
        while (!batch.IsEmpty)
        {
            var count = Math.Min(batch.Length, BatchSize);
            var table = slots;
            for (var i = 0; i < count; i++)
            {
                var hash = Hash(batch[i]);
                hashes[i] = hash;
                first[i] = table[hash & (uint)(table.Length - 1)];
            }

            for (var i = 0; i < count; i++)
            {
                ref readonly var tuple = ref batch[i];
                var slot = first[i];
                numbers[i] = slot.Hash == hashes[i] && slot.Number != 0 && Same(tuples[slot.Number], tuple) ? slot.Number : Find(tuple, hashes[i]);
            }

            batch = batch[count..];
            numbers = numbers[count..];
        }
    }

    private int Find(in FiveTuple tuple, uint hash)
    {
        var table = slots;
        var mask = (uint)(table.Length - 1);
        for (var at = hash & mask; ; at = (at + 1) & mask)
        {
            var slot = table[at];
            if (slot.Number == 0)
                return Insert(tuple, hash, at);
            if (slot.Hash == hash && Same(tuples[slot.Number], tuple))
                return slot.Number;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Insert(in FiveTuple tuple, uint hash, uint at)
    {
        // The default tuple has its number without a slot: slots of number 0 are free ones.
        if (tuple == default)
            return 0;
        if (Count == tuples.Length)
            Array.Resize(ref tuples, tuples.Length * 2);
        var number = Count++;
        tuples[number] = tuple;
        slots[at] = new Slot { Hash = hash, Number = number };
        if (Count > slots.Length / 2)
            Grow();
        return number;
    }

    private void Grow()
    {
        var larger = new Slot[slots.Length * 2];
        var mask = (uint)(larger.Length - 1);
        foreach (var slot in slots)
        {
            if (slot.Number == 0)
                continue;
            var at = slot.Hash & mask;
            while (larger[at].Number != 0)
                at = (at + 1) & mask;
            larger[at] = slot;
        }

        slots = larger;
    }

    // Two multiplications whose halves are folded (as wyhash does): every bit of the input reaches every bit of the result.
    private static uint Hash(in FiveTuple tuple)
    {
        var keys = Keys;
        var rest = ((ulong)tuple.SourcePort << 32) | ((ulong)tuple.DestinationPort << 8) | (byte)tuple.Protocol;
        var low = Fold(tuple.Source.Low ^ keys[0], tuple.Destination.Low ^ keys[1] ^ BitOperations.RotateLeft(rest, 24));
        var high = Fold(tuple.Source.High ^ keys[2] ^ rest, tuple.Destination.High ^ keys[3]);
        var hash = low ^ high;
        return (uint)(hash ^ (hash >> 32));
    }

    private static ulong Fold(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return high ^ low;
    }

    private static bool Same(in FiveTuple a, in FiveTuple b) =>
        ((a.Source.Low ^ b.Source.Low) | (a.Destination.Low ^ b.Destination.Low) | (a.Source.High ^ b.Source.High) | (a.Destination.High ^ b.Destination.High)
            | (ulong)((uint)(a.SourcePort ^ b.SourcePort) | (uint)(a.DestinationPort ^ b.DestinationPort) | (uint)((byte)a.Protocol ^ (byte)b.Protocol))) == 0;

    private struct Slot
    {
        public uint Hash;
        public int Number;
    }
}
