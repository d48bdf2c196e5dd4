namespace PcapPathAnalyzer.Primitives;

/// <summary>Times as people read them.</summary>
public static class Durations
{
    /// <param name="nanoseconds">Any span.</param>
    /// <param name="signed">Print + before positive ones.</param>
    public static string Text(long nanoseconds, bool signed = false)
    {
        var sign = nanoseconds < 0 ? "-" : signed ? "+" : "";
        var n = Math.Abs((double)nanoseconds);
        return n switch
        {
            < 1_000_000 => $"{sign}{n / 1_000:0.#} µs",
            < 1_000_000_000 => $"{sign}{n / 1_000_000:0.##} ms",
            _ => $"{sign}{n / 1_000_000_000:0.###} s",
        };
    }
}
