using System.Runtime.InteropServices;

namespace PcapPathAnalyzer.Wire;

/// <summary>UDP and UDP-Lite header (RFC 768, RFC 3828).</summary>
public readonly ref struct UdpHeader
{
    /// <summary>In bytes.</summary>
    public const int Length = 8;

    private readonly ref readonly Layout wire;

    private UdpHeader(ref readonly Layout wire) => this.wire = ref wire;

    public ushort SourcePort => wire.SourcePort;

    public ushort DestinationPort => wire.DestinationPort;

    /// <summary>In bytes, header included; 0 for jumbograms (RFC 2675 section 4). UDP-Lite: the checksum's coverage.</summary>
    public int DatagramLength => wire.DatagramLength;


    /// <summary>False where fewer than <see cref="Length"/> bytes are there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out UdpHeader header)
    {
        if (bytes.Length < Length)
        {
            header = default;
            return false;
        }

        header = new UdpHeader(in MemoryMarshal.AsRef<Layout>(bytes));
        return true;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1, Size = Length)]
    internal readonly struct Layout
    {
        public readonly BigEndianUInt16 SourcePort;
        public readonly BigEndianUInt16 DestinationPort;
        public readonly BigEndianUInt16 DatagramLength;
        public readonly BigEndianUInt16 Checksum;
    }
}
