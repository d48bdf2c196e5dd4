using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PcapPathAnalyzer.Primitives;

/// <summary>
/// An IPv4 or IPv6 address in 16 bytes, without references.
/// </summary>
/// <remarks>
/// IPv4 addresses carry a tag in the upper half whose first 16 bits are ffff: an IPv6 multicast address with
/// reserved flags (RFC 4291 section 2.7) that no host may have, so the two families cannot be taken for each other
/// and ::ffff:a.b.c.d stays the IPv6 address it was on the wire.
/// </remarks>
public readonly struct IpAddress : IEquatable<IpAddress>, IComparable<IpAddress>, ISpanFormattable, IUtf8SpanFormattable
{
    private const ulong Ipv4Tag = 0xFFFF_0000_0000_0004;

    private IpAddress(ulong high, ulong low)
    {
        High = high;
        Low = low;
    }

    /// <summary>The IPv6 unspecified address, also used for "no address"; see <see cref="IsNone"/>.</summary>
    public static IpAddress None => default;

    public static IpAddress Ipv4Any => FromIpv4(0);

    /// <summary>The most significant 64 bits in host order; a tag for IPv4.</summary>
    public ulong High { get; }

    /// <summary>The least significant 64 bits in host order; for IPv4 the address is in the lower 32.</summary>
    public ulong Low { get; }

    public bool IsIpv4 => High == Ipv4Tag;

    public bool IsIpv6 => High != Ipv4Tag;

    /// <summary>True for the default value (which is also the IPv6 unspecified address).</summary>
    public bool IsNone => High == 0 && Low == 0;

    /// <summary>32 or 128.</summary>
    public int Bits => IsIpv4 ? 32 : 128;

    /// <summary>The IPv4 address as a number in host order; meaningful only when <see cref="IsIpv4"/>.</summary>
    public uint Ipv4Value => (uint)Low;

    /// <summary>0.0.0.0 or ::.</summary>
    public bool IsUnspecified => Low == 0 && (High == 0 || IsIpv4);

    /// <summary>127.0.0.0/8 or ::1.</summary>
    public bool IsLoopback => IsIpv4 ? Ipv4Value >> 24 == 127 : High == 0 && Low == 1;

    /// <summary>224.0.0.0/4 or ff00::/8.</summary>
    public bool IsMulticast => IsIpv4 ? Ipv4Value >> 28 == 0xE : High >> 56 == 0xFF;

    /// <summary>255.255.255.255.</summary>
    public bool IsLimitedBroadcast => IsIpv4 && Ipv4Value == uint.MaxValue;

    /// <summary>169.254.0.0/16 or fe80::/10.</summary>
    public bool IsLinkLocal => IsIpv4 ? Ipv4Value >> 16 == 0xA9FE : High >> 54 == 0x3FA;

    /// <summary>An IPv4 address from its number in host order.</summary>
    public static IpAddress FromIpv4(uint value) => new(Ipv4Tag, value);

    /// <summary>An IPv6 address from its two halves in host order.</summary>
    public static IpAddress FromIpv6(ulong high, ulong low) => new(high, low);

    /// <summary>Reads four bytes in network order. The span must hold at least 4 bytes.</summary>
    public static IpAddress ReadIpv4(ReadOnlySpan<byte> bytes) => new(Ipv4Tag, BinaryPrimitives.ReadUInt32BigEndian(bytes));

    /// <summary>Reads sixteen bytes in network order. The span must hold at least 16 bytes.</summary>
    public static IpAddress ReadIpv6(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    /// <summary>Dotted quad or RFC 4291 text; a zone (<c>%eth0</c>) or a prefix length is not accepted.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out IpAddress address)
    {
        address = default;
        if (text.IsEmpty || text.Length > 45)
            return false;
        if (text.IndexOf(':') < 0)
            return TryParseIpv4(text, out address);
        if (text.IndexOfAny('%', '[', ']') >= 0 || text.IndexOf('/') >= 0 || !IPAddress.TryParse(text, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetworkV6)
            return false;
        Span<byte> bytes = stackalloc byte[16];
        parsed.TryWriteBytes(bytes, out _);
        address = ReadIpv6(bytes);
        return true;
    }

    /// <exception cref="FormatException">The text is not an address.</exception>
    public static IpAddress Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is not an IP address");

    // Four decimal numbers; IPAddress.Parse would also take "10.1" or "0x0a000001", which no dump means.
    private static bool TryParseIpv4(ReadOnlySpan<char> text, out IpAddress address)
    {
        address = default;
        uint value = 0;
        for (var part = 0; part < 4; part++)
        {
            var end = part == 3 ? text.Length : text.IndexOf('.');
            if (end is < 1 or > 3)
                return false;
            uint octet = 0;
            foreach (var c in text[..end])
            {
                if (!char.IsAsciiDigit(c))
                    return false;
                octet = (octet * 10) + (uint)(c - '0');
            }

            if (octet > 255)
                return false;
            value = (value << 8) | octet;
            text = part == 3 ? default : text[(end + 1)..];
        }

        address = FromIpv4(value);
        return true;
    }

    public bool Equals(IpAddress other) => High == other.High && Low == other.Low;

    public override bool Equals(object? obj) => obj is IpAddress other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(High, Low);

    /// <summary>IPv4 before IPv6, then by number.</summary>
    public int CompareTo(IpAddress other)
    {
        if (IsIpv4 != other.IsIpv4)
            return IsIpv4 ? -1 : 1;
        var high = High.CompareTo(other.High);
        return high != 0 ? high : Low.CompareTo(other.Low);
    }

    /// <summary>Writes 4 or 16 bytes in network order and returns how many.</summary>
    public int WriteBytes(Span<byte> destination)
    {
        if (IsIpv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, Ipv4Value);
            return 4;
        }

        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Low);
        return 16;
    }

    /// <summary>Canonical text: dotted quad, or RFC 5952 for IPv6.</summary>
    public override string ToString()
    {
        Span<char> buffer = stackalloc char[45];
        TryFormat(buffer, out var written, default, null);
        return new string(buffer[..written]);
    }

    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        if (IsIpv6)
            return TryFormatIpv6(destination, out charsWritten);
        Span<byte> text = stackalloc byte[15];
        return Ascii.ToUtf16(text[..FormatIpv4(text)], destination, out charsWritten) == OperationStatus.Done;
    }

    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        if (IsIpv6)
        {
            Span<char> canonical = stackalloc char[45];
            TryFormatIpv6(canonical, out var written);
            return Ascii.FromUtf16(canonical[..written], utf8Destination, out bytesWritten) == OperationStatus.Done;
        }

        Span<byte> text = stackalloc byte[15];
        text = text[..FormatIpv4(text)];
        bytesWritten = text.TryCopyTo(utf8Destination) ? text.Length : 0;
        return bytesWritten > 0;
    }

    private int FormatIpv4(Span<byte> text)
    {
        var n = 0;
        for (var shift = 24; shift >= 0; shift -= 8)
        {
            var octet = (Ipv4Value >> shift) & 255;
            if (octet >= 100)
                text[n++] = (byte)('0' + (octet / 100));
            if (octet >= 10)
                text[n++] = (byte)('0' + (octet / 10 % 10));
            text[n++] = (byte)('0' + (octet % 10));
            if (shift > 0)
                text[n++] = (byte)'.';
        }

        return n;
    }

    // RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups (the first of equals) as "::".
    private bool TryFormatIpv6(Span<char> destination, out int charsWritten)
    {
        Span<ushort> groups = stackalloc ushort[8];
        for (var i = 0; i < 8; i++)
            groups[i] = (ushort)((i < 4 ? High : Low) >> (48 - (16 * (i & 3))));
        int bestStart = -1, bestLength = 1;
        for (var i = 0; i < 8;)
        {
            var j = i;
            while (j < 8 && groups[j] == 0)
                j++;
            if (j - i > bestLength)
                (bestStart, bestLength) = (i, j - i);
            i = j == i ? i + 1 : j;
        }

        charsWritten = 0;
        Span<char> text = stackalloc char[45];
        var n = 0;
        for (var i = 0; i < 8; i++)
        {
            if (i == bestStart)
            {
                text[n++] = ':';
                if (i + bestLength == 8)
                    text[n++] = ':';
                i += bestLength - 1;
                continue;
            }

            if (i > 0)
                text[n++] = ':';
            groups[i].TryFormat(text[n..], out var written, "x");
            n += written;
        }

        // RFC 5952 section 5: IPv4-mapped addresses show the dotted quad.
        if (High == 0 && Low >> 32 == 0xFFFF)
        {
            var v = (uint)Low;
            text.TryWrite($"::ffff:{v >> 24}.{(v >> 16) & 255}.{(v >> 8) & 255}.{v & 255}", out n);
        }

        if (!text[..n].TryCopyTo(destination))
            return false;
        charsWritten = n;
        return true;
    }

    /// <summary>The bits that both have; both are of one family.</summary>
    public static IpAddress operator &(IpAddress address, IpAddress mask) => address.BitwiseAnd(mask);

    /// <inheritdoc cref="op_BitwiseAnd"/>
    public IpAddress BitwiseAnd(IpAddress mask) => IsIpv4 ? FromIpv4(Ipv4Value & mask.Ipv4Value) : FromIpv6(High & mask.High, Low & mask.Low);

    public static bool operator ==(IpAddress left, IpAddress right) => left.Equals(right);

    public static bool operator !=(IpAddress left, IpAddress right) => !left.Equals(right);
}
