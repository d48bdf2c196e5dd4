using System.Runtime.InteropServices;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Wire;

/// <summary>Linux cooked capture, version 1 (LINKTYPE_LINUX_SLL).</summary>
public readonly ref struct SllHeader
{
    /// <summary>In bytes.</summary>
    public const int Length = 16;

    private readonly ref readonly Layout wire;

    private SllHeader(ref readonly Layout wire) => this.wire = ref wire;

    /// <summary>0 to us, 1 broadcast, 2 multicast, 3 to another host, 4 sent by us.</summary>
    public ushort PacketType => wire.PacketType;

    /// <summary>ARPHRD_ number of the device.</summary>
    public ushort ArpHardwareType => wire.ArpHardwareType;

    /// <summary>The sender's lladdr, none where the device has no 48-bit one.</summary>
    public MacAddress Address => wire.AddressLength == 6 ? wire.Address : default;

    /// <summary>An EtherType from 1536; 1 and 4 announce Novell and LLC frames.</summary>
    public ushort Protocol => wire.Protocol;


    /// <summary>False where fewer than <see cref="Length"/> bytes are there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out SllHeader header)
    {
        if (bytes.Length < Length)
        {
            header = default;
            return false;
        }

        header = new SllHeader(in MemoryMarshal.AsRef<Layout>(bytes));
        return true;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1, Size = Length)]
    internal readonly struct Layout
    {
        public readonly BigEndianUInt16 PacketType;
        public readonly BigEndianUInt16 ArpHardwareType;
        public readonly BigEndianUInt16 AddressLength;
        public readonly WireMac Address;
        private readonly BigEndianUInt16 addressRest;
        public readonly BigEndianUInt16 Protocol;
    }
}
