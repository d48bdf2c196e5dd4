using System.Runtime.InteropServices;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Wire;

/// <summary>IPv4 header without its options (RFC 791 section 3.1).</summary>
public readonly ref struct Ipv4Header
{
    /// <summary>In bytes, without options.</summary>
    public const int MinimumLength = 20;

    private readonly ref readonly Layout wire;

    private Ipv4Header(ref readonly Layout wire) => this.wire = ref wire;

    public int Version => wire.VersionAndLength >> 4;

    /// <summary>In bytes, options included; 0..60, below 20 is a lie.</summary>
    public int HeaderLength => (wire.VersionAndLength & 15) * 4;

    public byte TrafficClass => wire.TrafficClass;

    /// <summary>In bytes, header included. 0 in captures taken before segmentation offload.</summary>
    public int TotalLength => wire.TotalLength;

    public ushort Identification => wire.Identification;

    public bool DontFragment => (wire.FlagsAndOffset & 0x4000) != 0;

    public bool MoreFragments => (wire.FlagsAndOffset & 0x2000) != 0;

    /// <summary>In bytes, a multiple of eight.</summary>
    public ushort FragmentOffset => (ushort)((wire.FlagsAndOffset & 0x1FFF) << 3);

    /// <summary>DF, MF and the fragment offset as they stand on the wire.</summary>
    public ushort FlagsAndOffset => wire.FlagsAndOffset;

    public byte Ttl => wire.Ttl;

    public IpProtocol Protocol => (IpProtocol)wire.Protocol;

    public ushort Checksum => wire.Checksum;

    public IpAddress Source => IpAddress.FromIpv4(wire.Source);

    public IpAddress Destination => IpAddress.FromIpv4(wire.Destination);


    /// <summary>False where fewer than <see cref="MinimumLength"/> bytes are there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Ipv4Header header)
    {
        if (bytes.Length < MinimumLength)
        {
            header = default;
            return false;
        }

        header = new Ipv4Header(in MemoryMarshal.AsRef<Layout>(bytes));
        return true;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1, Size = MinimumLength)]
    internal readonly struct Layout
    {
        public readonly byte VersionAndLength;
        public readonly byte TrafficClass;
        public readonly BigEndianUInt16 TotalLength;
        public readonly BigEndianUInt16 Identification;
        public readonly BigEndianUInt16 FlagsAndOffset;
        public readonly byte Ttl;
        public readonly byte Protocol;
        public readonly BigEndianUInt16 Checksum;
        public readonly BigEndianUInt32 Source;
        public readonly BigEndianUInt32 Destination;
    }
}
