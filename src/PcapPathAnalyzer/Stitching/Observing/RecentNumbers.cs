using System.Runtime.CompilerServices;

namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>The last two numbers that were asked of an <see cref="Interner{T}"/>: where there are few values, as at one capture point, those are nearly all.</summary>
internal sealed class RecentNumbers<T>
    where T : struct, IEquatable<T>
{
    // The default value has number 0 in every table.
    private T first;
    private T second;
    private int firstNumber;
    private int secondNumber;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int NumberOf(in T value, Interner<T> table)
    {
        if (first.Equals(value))
            return firstNumber;
        if (second.Equals(value))
            return secondNumber;
        (second, secondNumber) = (first, firstNumber);
        (first, firstNumber) = (value, table.Add(value));
        return firstNumber;
    }
}
