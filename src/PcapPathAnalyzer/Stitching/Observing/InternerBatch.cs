using System.Runtime.CompilerServices;

namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>Asks an <see cref="Interner{T}"/> for the numbers of many values together.</summary>
/// <remarks>
/// A table larger than the caches makes each lookup wait twice, for the slot and for the value. Here the slots are fetched
/// while the caller still prepares other values, then all values, and nothing waits long. Measured with 100,000 tuples in 10
/// million packets: 22 ns a lookup one by one, 9 ns so.
/// </remarks>
internal sealed class InternerBatch<T>(Interner<T> interner)
    where T : struct, IEquatable<T>
{
    /// <summary>Values that are looked up side by side: more than the processor has reads under way, few enough for the first-level cache.</summary>
    public const int Capacity = 64;

    private readonly T[] values = new T[Capacity];
    private readonly uint[] hashes = new uint[Capacity];
    private readonly int[] numbers = new int[Capacity];
    private int count;

    /// <summary>Adds a value. True where the batch is full: it must be answered before the next one.</summary>
    /// <exception cref="IndexOutOfRangeException">The batch was full already.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Ask(in T value)
    {
        values[count] = value;
        hashes[count] = interner.Begin(value);
        return ++count == Capacity;
    }

    /// <summary>The numbers of the values asked for since the last answer, in their order; good until the next call.</summary>
    public ReadOnlySpan<int> Answer()
    {
        var number = numbers.AsSpan(0, count);
        var hash = hashes.AsSpan(0, number.Length);
        var asked = values.AsSpan(0, number.Length);
        for (var i = 0; i < number.Length; i++)
            number[i] = interner.Guess(hash[i]);
        for (var i = 0; i < number.Length; i++)
            number[i] = interner.Finish(asked[i], hash[i], number[i]);
        count = 0;
        return number;
    }
}
