using System.Runtime.InteropServices;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Wire;

/// <summary>IPv6 header (RFC 8200 section 3).</summary>
public readonly ref struct Ipv6Header
{
    /// <summary>In bytes.</summary>
    public const int Length = 40;

    private readonly ref readonly Layout wire;

    private Ipv6Header(ref readonly Layout wire) => this.wire = ref wire;

    public int Version => (int)(wire.VersionClassFlow >> 28);

    public byte TrafficClass => (byte)(wire.VersionClassFlow >> 20);

    /// <summary>20 bits.</summary>
    public uint FlowLabel => wire.VersionClassFlow & 0xFFFFF;

    /// <summary>In bytes, extension headers included; 0 for jumbograms (RFC 2675) and "BIG TCP".</summary>
    public int PayloadLength => wire.PayloadLength;

    public IpProtocol NextHeader => (IpProtocol)wire.NextHeader;

    public byte HopLimit => wire.HopLimit;

    public IpAddress Source => wire.Source;

    public IpAddress Destination => wire.Destination;


    /// <summary>False where fewer than <see cref="Length"/> bytes are there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Ipv6Header header)
    {
        if (bytes.Length < Length)
        {
            header = default;
            return false;
        }

        header = new Ipv6Header(in MemoryMarshal.AsRef<Layout>(bytes));
        return true;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1, Size = Length)]
    internal readonly struct Layout
    {
        public readonly BigEndianUInt32 VersionClassFlow;
        public readonly BigEndianUInt16 PayloadLength;
        public readonly byte NextHeader;
        public readonly byte HopLimit;
        public readonly WireIpv6 Source;
        public readonly WireIpv6 Destination;
    }
}
