using System.Buffers.Binary;

namespace PcapPathAnalyzer.Primitives;

/// <summary>A 48-bit link-layer address (lladdr).</summary>
public readonly record struct MacAddress(ulong Value) : ISpanFormattable
{
    public static MacAddress Broadcast => new(0xFFFF_FFFF_FFFF);

    public bool IsNone => Value == 0;

    /// <summary>The group bit: multicast or broadcast.</summary>
    public bool IsGroup => (Value >> 40 & 1) != 0;

    /// <summary>Reads six bytes. The span must hold at least 6 bytes.</summary>
    public static MacAddress Read(ReadOnlySpan<byte> bytes) =>
        new(((ulong)BinaryPrimitives.ReadUInt16BigEndian(bytes) << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes[2..]));

    /// <summary>Six hexadecimal numbers of one or two digits with colons (or hyphens) between.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out MacAddress address)
    {
        address = default;
        ulong value = 0;
        var digits = 0;
        var octets = 0;
        uint octet = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || text[i] is ':' or '-')
            {
                if (digits == 0 || ++octets > 6)
                    return false;
                value = (value << 8) | octet;
                (digits, octet) = (0, 0);
            }
            else
            {
                if (!char.IsAsciiHexDigit(text[i]) || ++digits > 2)
                    return false;
                octet = (octet << 4) | (uint)Convert.ToInt32(text[i].ToString(), 16);
            }
        }

        address = new MacAddress(value);
        return octets == 6;
    }

    public override string ToString() => ToString(null, null);

    public string ToString(string? format, IFormatProvider? formatProvider) => string.Create(17, Value, static (span, value) =>
    {
        for (var i = 0; i < 6; i++)
        {
            if (i > 0)
                span[(i * 3) - 1] = ':';
            ((byte)(value >> (40 - (8 * i)))).TryFormat(span[(i * 3)..], out _, "x2");
        }
    });

    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        charsWritten = 17;
        if (ToString().TryCopyTo(destination))
            return true;
        charsWritten = 0;
        return false;
    }
}
