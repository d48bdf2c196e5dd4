using System.Runtime.CompilerServices;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>Gives equal values one small number, in the order in which they are first seen. Number 0 is the default value.</summary>
/// <remarks>
/// Open addressing with linear probing, at most half full. A slot is eight bytes, a hash and a number, so that a probe
/// rarely touches a value that is not the one looked for. It is asked once per packet; a Dictionary took twice the time.
/// </remarks>
public sealed class Interner<T>
    where T : struct, IEquatable<T>
{
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

    /// <summary>The first step of a lookup in steps, for many values at a time (<see cref="InternerBatch{T}"/>): its slot is on its way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Begin(in T value, ref Question question)
    {
        var hash = Hash(value);
        question.Value = value;
        question.Hash = hash;
        var table = slots;
        CacheLine.Prefetch(in table[hash & (uint)(table.Length - 1)]);
    }

    /// <summary>The second step: of each the first number with this hash, whose value is on its way; 0 where there is none.</summary>
    internal void Guess(ReadOnlySpan<Question> questions, Span<int> guesses)
    {
        var table = slots;
        var known = values;
        var mask = (uint)(table.Length - 1);
        for (var i = 0; i < questions.Length; i++)
        {
            var hash = questions[i].Hash;
            var at = hash & mask;
            var slot = table[at];
            while (slot.Hash != hash && slot.Number != 0)
            {
                at = (at + 1) & mask;
                slot = table[at];
            }

            CacheLine.Prefetch(in known[slot.Number]);
            guesses[i] = slot.Number;
        }
    }

    /// <summary>The last step: the value's number in the place of each guess, a new one where it was not seen before.</summary>
    internal void Finish(ReadOnlySpan<Question> questions, Span<int> guesses)
    {
        for (var i = 0; i < questions.Length; i++)
        {
            ref readonly var question = ref questions[i];
            if (!values[guesses[i]].Equals(question.Value))
                guesses[i] = FindOrInsert(question.Value, question.Hash);
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
        slots[at] = new Slot(hash, number);
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

    /// <summary>A value on its way through the steps of a lookup.</summary>
    internal struct Question
    {
        public T Value;
        public uint Hash;
    }

    // One word, so that a slot is one read.
    private readonly struct Slot(uint hash, int number)
    {
        private readonly ulong word = ((ulong)hash << 32) | (uint)number;

        public uint Hash => (uint)(word >> 32);

        public int Number => (int)word;
    }
}
