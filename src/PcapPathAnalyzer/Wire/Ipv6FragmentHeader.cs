using System.Runtime.InteropServices;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Wire;

/// <summary>IPv6 fragment header (RFC 8200 section 4.5).</summary>
public readonly ref struct Ipv6FragmentHeader
{
    /// <summary>In bytes.</summary>
    public const int Length = 8;

    private readonly ref readonly Layout wire;

    private Ipv6FragmentHeader(ref readonly Layout wire) => this.wire = ref wire;

    public IpProtocol NextHeader => (IpProtocol)wire.NextHeader;

    /// <summary>In bytes, a multiple of eight.</summary>
    public ushort FragmentOffset => (ushort)(wire.OffsetAndFlags & 0xFFF8);

    public bool MoreFragments => (wire.OffsetAndFlags & 1) != 0;

    public uint Identification => wire.Identification;


    /// <summary>False where fewer than <see cref="Length"/> bytes are there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Ipv6FragmentHeader header)
    {
        if (bytes.Length < Length)
        {
            header = default;
            return false;
        }

        header = new Ipv6FragmentHeader(in MemoryMarshal.AsRef<Layout>(bytes));
        return true;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1, Size = Length)]
    internal readonly struct Layout
    {
        public readonly byte NextHeader;
        public readonly byte Reserved;
        public readonly BigEndianUInt16 OffsetAndFlags;
        public readonly BigEndianUInt32 Identification;
    }
}
