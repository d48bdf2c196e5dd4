using System.Runtime.CompilerServices;

namespace PcapPathAnalyzer.Stitching;

/// <summary>
/// Gives equal values one small number. Number 0 is the default value. Open addressing with stored hashes: it is asked once
/// per packet, and a <see cref="Dictionary{TKey, TValue}"/> took twice the time here.
/// </summary>
public sealed class Interner<T>
    where T : struct, IEquatable<T>
{
    private T[] values = new T[16];
    private int[] slots = new int[32];
    private uint[] hashes = new uint[32];

    public Interner() => Add(default);

    public int Count { get; private set; }

    public T this[int number] => values[number];

    /// <summary>The number of a value; 0 where it has none.</summary>
    public int Find(in T value)
    {
        var hash = Hash(value);
        var mask = slots.Length - 1;
        for (var slot = Home(hash, mask); slots[slot] != 0; slot = (slot + 1) & mask)
        {
            if (hashes[slot] == hash && values[slots[slot] - 1].Equals(value))
                return slots[slot] - 1;
        }

        return 0;
    }

    public int Add(in T value)
    {
        var hash = Hash(value);
        var mask = slots.Length - 1;
        var slot = Home(hash, mask);
        while (slots[slot] != 0)
        {
            if (hashes[slot] == hash && values[slots[slot] - 1].Equals(value))
                return slots[slot] - 1;
            slot = (slot + 1) & mask;
        }

        if (Count == values.Length)
            Array.Resize(ref values, Count * 2);
        values[Count] = value;
        slots[slot] = ++Count;
        hashes[slot] = hash;
        if (Count * 2 > slots.Length)
            Grow();
        return Count - 1;
    }

    // Multiplied so that the upper bits, which choose the slot, depend on all of the hash.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Hash(in T value) => (uint)value.GetHashCode() * 2654435769u;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Home(uint hash, int mask) => (int)(hash >> 7) & mask;

    private void Grow()
    {
        var (oldSlots, oldHashes) = (slots, hashes);
        slots = new int[oldSlots.Length * 2];
        hashes = new uint[slots.Length];
        var mask = slots.Length - 1;
        for (var i = 0; i < oldSlots.Length; i++)
        {
            if (oldSlots[i] == 0)
                continue;
            var slot = Home(oldHashes[i], mask);
            while (slots[slot] != 0)
                slot = (slot + 1) & mask;
            slots[slot] = oldSlots[i];
            hashes[slot] = oldHashes[i];
        }
    }
}
