namespace PcapPathAnalyzer.Stitching;

/// <summary>Gives equal values one small number. Number 0 is the default value.</summary>
public sealed class Interner<T>
    where T : struct, IEquatable<T>
{
    private readonly Dictionary<T, int> numbers = new() { [default] = 0 };
    private readonly List<T> values = [default];

    public int Count => values.Count;

    public T this[int number] => values[number];

    public int Add(in T value)
    {
        if (numbers.TryGetValue(value, out var number))
            return number;
        number = values.Count;
        numbers.Add(value, number);
        values.Add(value);
        return number;
    }
}
