using System.Runtime.CompilerServices;

namespace PcapPathAnalyzer.Stitching;

/// <summary>Gives equal values one small number, in the order in which they are first seen. Number 0 is the default value.</summary>
/// <remarks>
/// Open addressing with linear probing, at most half full. A slot is eight bytes, a hash and a number, so that a probe
/// rarely touches a value that is not the one looked for. It is asked once per packet; a Dictionary took twice the time.
/// </remarks>
public sealed class Interner<T>
    where T : struct, IEquatable<T>
{
    /// <summary>Values that <see cref="Add(ReadOnlySpan{T}, Span{int})"/> looks up side by side.</summary>
    public const int BatchSize = 32;

    private Slot[] slots = new Slot[32];
    private T[] values = new T[16];

    /// <summary>Numbers given so far, 0 included.</summary>
    public int Count { get; private set; } = 1;

    public T this[int number] => (uint)number < (uint)Count ? values[number] : throw new ArgumentOutOfRangeException(nameof(number));

    /// <summary>Forgets all values; the memory stays for the next ones.</summary>
    public void Clear()
    {
        Array.Clear(slots);
        Count = 1;
    }

    /// <summary>The number of a value; 0 where it has none.</summary>
    public int Find(in T value)
    {
        var hash = Hash(value);
        var table = slots;
        var mask = (uint)(table.Length - 1);
        for (var at = hash & mask; table[at].Number != 0; at = (at + 1) & mask)
        {
            var slot = table[at];
            if (slot.Hash == hash && values[slot.Number].Equals(value))
                return slot.Number;
        }

        return 0;
    }

    /// <summary>The number of a value, a new one where it was not seen before.</summary>
    public int Add(in T value) => FindOrInsert(value, Hash(value));

    /// <summary>
    /// The numbers of many values. Their slots are read one after the other with nothing in between that depends on what is
    /// read, and then so are the values found there: a table larger than the caches costs two waits for many values and not
    /// two for each. A prefetch instruction, which needs unsafe code, was not measurably better.
    /// </summary>
    /// <param name="numbers">Takes a number per value; at least as long as <paramref name="batch"/>.</param>
    public void Add(ReadOnlySpan<T> batch, Span<int> numbers)
    {
        Span<uint> hashes = stackalloc uint[BatchSize];
        while (!batch.IsEmpty)
        {
            var count = Math.Min(batch.Length, BatchSize);
            var part = batch[..count];
            var found = numbers[..count];
            var (table, known) = (slots, values);
            var mask = (uint)(table.Length - 1);
            for (var i = 0; i < part.Length; i++)
            {
                var hash = Hash(part[i]);
                hashes[i] = hash;
                var slot = table[hash & mask];
                found[i] = slot.Hash == hash ? slot.Number : 0;
            }

            // A number that does not fit its value is that of another value in the first slot, or none.
            for (var i = 0; i < part.Length; i++)
            {
                ref readonly var value = ref part[i];
                if (!known[found[i]].Equals(value))
                    found[i] = FindOrInsert(value, hashes[i]);
            }

            batch = batch[count..];
            numbers = numbers[count..];
        }
    }

    // Fibonacci hashing: a value's own hash may have its entropy in any of its bits, the slot is chosen by the low ones.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Hash(in T value) => (uint)(((uint)value.GetHashCode() * 0x9E3779B97F4A7C15UL) >> 32);

    private int FindOrInsert(in T value, uint hash)
    {
        var table = slots;
        var mask = (uint)(table.Length - 1);
        for (var at = hash & mask; ; at = (at + 1) & mask)
        {
            var slot = table[at];
            if (slot.Number == 0)
                return Insert(value, hash, at);
            if (slot.Hash == hash && values[slot.Number].Equals(value))
                return slot.Number;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Insert(in T value, uint hash, uint at)
    {
        // The default value has its number without a slot: slots of number 0 are free ones.
        if (value.Equals(default))
            return 0;
        if (Count == values.Length)
            Array.Resize(ref values, values.Length * 2);
        var number = Count++;
        values[number] = value;
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

    private struct Slot
    {
        public uint Hash;
        public int Number;
    }
}
