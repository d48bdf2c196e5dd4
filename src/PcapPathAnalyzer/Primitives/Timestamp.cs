namespace PcapPathAnalyzer.Primitives;

/// <summary>Nanoseconds since 1970-01-01T00:00:00Z, from 1677 to 2262; what a capture file says, not a clock's truth.</summary>
public readonly record struct Timestamp(long Nanoseconds) : IComparable<Timestamp>, ISpanFormattable
{
    private const long TicksPerSecondInNs = 1_000_000_000;

    public static Timestamp FromSeconds(long seconds, long nanoseconds) => new(unchecked((seconds * TicksPerSecondInNs) + nanoseconds));

    public int CompareTo(Timestamp other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>ISO 8601, UTC, nine decimals: <c>2026-11-23T10:37:37.186969000Z</c>.</summary>
    public override string ToString()
    {
        Span<char> buffer = stackalloc char[30];
        TryFormat(buffer, out var written, default, null);
        return new string(buffer[..written]);
    }

    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        var seconds = Math.DivRem(Nanoseconds, TicksPerSecondInNs, out var fraction);
        if (fraction < 0)
            (seconds, fraction) = (seconds - 1, fraction + TicksPerSecondInNs);
        var time = DateTime.UnixEpoch.AddTicks(seconds * TimeSpan.TicksPerSecond);
        return destination.TryWrite($"{time:yyyy-MM-ddTHH:mm:ss}.{fraction:D9}Z", out charsWritten);
    }

    public static long operator -(Timestamp left, Timestamp right) => left.Nanoseconds - right.Nanoseconds;

    public static bool operator <(Timestamp left, Timestamp right) => left.Nanoseconds < right.Nanoseconds;

    public static bool operator >(Timestamp left, Timestamp right) => left.Nanoseconds > right.Nanoseconds;

    public static bool operator <=(Timestamp left, Timestamp right) => left.Nanoseconds <= right.Nanoseconds;

    public static bool operator >=(Timestamp left, Timestamp right) => left.Nanoseconds >= right.Nanoseconds;
}
