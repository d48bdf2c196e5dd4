using System.Runtime.InteropServices;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Wire;

/// <summary>ARP for IPv4 over Ethernet (RFC 826).</summary>
public readonly ref struct ArpPacket
{
    /// <summary>In bytes.</summary>
    public const int Length = 28;

    private readonly ref readonly Layout wire;

    private ArpPacket(ref readonly Layout wire) => this.wire = ref wire;

    /// <summary>True where the lengths and the protocol are those of IPv4 over a 48-bit link layer.</summary>
    public bool IsIpv4OverEthernet => wire.HardwareLength == 6 && wire.ProtocolLength == 4 && wire.ProtocolType == EtherTypes.Ipv4;

    /// <summary>1 request, 2 reply.</summary>
    public ushort Operation => wire.Operation;

    public MacAddress SenderMac => wire.SenderMac;

    public IpAddress SenderAddress => IpAddress.FromIpv4(wire.SenderAddress);

    public MacAddress TargetMac => wire.TargetMac;

    public IpAddress TargetAddress => IpAddress.FromIpv4(wire.TargetAddress);


    /// <summary>False where fewer than <see cref="Length"/> bytes are there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ArpPacket header)
    {
        if (bytes.Length < Length)
        {
            header = default;
            return false;
        }

        header = new ArpPacket(in MemoryMarshal.AsRef<Layout>(bytes));
        return true;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1, Size = Length)]
    internal readonly struct Layout
    {
        public readonly BigEndianUInt16 HardwareType;
        public readonly BigEndianUInt16 ProtocolType;
        public readonly byte HardwareLength;
        public readonly byte ProtocolLength;
        public readonly BigEndianUInt16 Operation;
        public readonly WireMac SenderMac;
        public readonly BigEndianUInt32 SenderAddress;
        public readonly WireMac TargetMac;
        public readonly BigEndianUInt32 TargetAddress;
    }
}
