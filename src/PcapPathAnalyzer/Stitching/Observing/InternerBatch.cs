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

    private readonly Interner<T>.Question[] questions = new Interner<T>.Question[Capacity];
    private readonly int[] numbers = new int[Capacity];
    private int count;

    /// <summary>Adds a value. True where the batch is full: it must be answered before the next one.</summary>
    /// <exception cref="IndexOutOfRangeException">The batch was full already.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Ask(in T value)
    {
        interner.Begin(value, ref questions[count]);
        return ++count == Capacity;
    }

    /// <summary>The numbers of the values asked for since the last answer, in their order; good until the next call.</summary>
    public ReadOnlySpan<int> Answer()
    {
        var asked = questions.AsSpan(0, count);
        var answers = numbers.AsSpan(0, count);
        interner.Guess(asked, answers);
        interner.Finish(asked, answers);
        count = 0;
        return answers;
    }
}
