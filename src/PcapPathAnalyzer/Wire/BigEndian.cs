using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PcapPathAnalyzer.Wire;

// Fields of a header laid over the bytes of a frame. Pack = 1 gives them an alignment of one byte, so that a layout made
// of them is the wire format itself: every header view checks the length once and then has nothing left that can fail.

/// <summary>A 16-bit field in network order.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly struct BigEndianUInt16
{
    private readonly ushort raw;

    public static implicit operator ushort(BigEndianUInt16 field) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(field.raw) : field.raw;
}

/// <summary>A 32-bit field in network order.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly struct BigEndianUInt32
{
    private readonly uint raw;

    public static implicit operator uint(BigEndianUInt32 field) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(field.raw) : field.raw;
}

/// <summary>A 64-bit field in network order.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly struct BigEndianUInt64
{
    private readonly ulong raw;

    public static implicit operator ulong(BigEndianUInt64 field) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(field.raw) : field.raw;
}

/// <summary>A 48-bit link-layer address in transmission order.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly struct WireMac
{
    private readonly BigEndianUInt16 high;
    private readonly BigEndianUInt32 low;

    public static implicit operator Primitives.MacAddress(WireMac field) => new(((ulong)(ushort)field.high << 32) | (uint)field.low);
}

/// <summary>A 128-bit address in network order.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly struct WireIpv6
{
    private readonly BigEndianUInt64 high;
    private readonly BigEndianUInt64 low;

    public static implicit operator Primitives.IpAddress(WireIpv6 field) => Primitives.IpAddress.FromIpv6(field.high, field.low);
}
