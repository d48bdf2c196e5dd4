using System.Buffers;
using System.Text;

namespace PcapPathAnalyzer.Primitives;

/// <summary>Nanoseconds since 1970-01-01T00:00:00Z, from 1677 to 2262; what a capture file says, not a clock's truth.</summary>
public readonly record struct Timestamp(long Nanoseconds) : IComparable<Timestamp>, ISpanFormattable, IUtf8SpanFormattable
{
    private const long TicksPerSecondInNs = 1_000_000_000;
    private const int TextLength = 30;

    public static Timestamp FromSeconds(long seconds, long nanoseconds) => new(unchecked((seconds * TicksPerSecondInNs) + nanoseconds));

    public int CompareTo(Timestamp other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>ISO 8601, UTC, nine decimals: <c>2026-11-23T10:37:37.186969000Z</c>.</summary>
    public override string ToString()
    {
        Span<char> buffer = stackalloc char[TextLength];
        TryFormat(buffer, out var written, default, null);
        return new string(buffer[..written]);
    }

    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        Span<byte> text = stackalloc byte[TextLength];
        TryFormat(text, out _, format, provider);
        return Ascii.ToUtf16(text, destination, out charsWritten) == OperationStatus.Done;
    }

    // Digit by digit: reports write one or two times a row, and DateTime's custom format took half of the row's time.
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        bytesWritten = 0;
        if (utf8Destination.Length < TextLength)
            return false;
        var seconds = Math.DivRem(Nanoseconds, TicksPerSecondInNs, out var fraction);
        if (fraction < 0)
            (seconds, fraction) = (seconds - 1, fraction + TicksPerSecondInNs);
        var time = DateTime.UnixEpoch.AddTicks(seconds * TimeSpan.TicksPerSecond);
        "yyyy-MM-ddTHH:mm:ss.fffffffffZ"u8.CopyTo(utf8Destination);
        var (date, clock) = (DateOnly.FromDateTime(time), TimeOnly.FromDateTime(time));
        Digits(utf8Destination[..4], date.Year);
        Digits(utf8Destination.Slice(5, 2), date.Month);
        Digits(utf8Destination.Slice(8, 2), date.Day);
        Digits(utf8Destination.Slice(11, 2), clock.Hour);
        Digits(utf8Destination.Slice(14, 2), clock.Minute);
        Digits(utf8Destination.Slice(17, 2), clock.Second);
        Digits(utf8Destination.Slice(20, 9), (int)fraction);
        bytesWritten = TextLength;
        return true;
    }

    private static void Digits(Span<byte> text, int value)
    {
        for (var i = text.Length - 1; i >= 0; i--)
        {
            (value, var digit) = Math.DivRem(value, 10);
            text[i] = (byte)('0' + digit);
        }
    }

    public static long operator -(Timestamp left, Timestamp right) => left.Nanoseconds - right.Nanoseconds;

    public static bool operator <(Timestamp left, Timestamp right) => left.Nanoseconds < right.Nanoseconds;

    public static bool operator >(Timestamp left, Timestamp right) => left.Nanoseconds > right.Nanoseconds;

    public static bool operator <=(Timestamp left, Timestamp right) => left.Nanoseconds <= right.Nanoseconds;

    public static bool operator >=(Timestamp left, Timestamp right) => left.Nanoseconds >= right.Nanoseconds;
}
