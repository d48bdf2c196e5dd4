using System.Runtime.InteropServices;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Wire;

/// <summary>Linux cooked capture, version 2 (LINKTYPE_LINUX_SLL2).</summary>
public readonly ref struct Sll2Header
{
    /// <summary>In bytes.</summary>
    public const int Length = 20;

    private readonly ref readonly Layout wire;

    private Sll2Header(ref readonly Layout wire) => this.wire = ref wire;

    /// <summary>An EtherType from 1536; 1 and 4 announce Novell and LLC frames.</summary>
    public ushort Protocol => wire.Protocol;

    public int IfIndex => (int)(uint)wire.IfIndex;

    /// <summary>ARPHRD_ number of the device.</summary>
    public ushort ArpHardwareType => wire.ArpHardwareType;

    /// <summary>0 to us, 1 broadcast, 2 multicast, 3 to another host, 4 sent by us.</summary>
    public byte PacketType => wire.PacketType;

    /// <summary>The sender's lladdr, none where the device has no 48-bit one.</summary>
    public MacAddress Address => wire.AddressLength == 6 ? wire.Address : default;


    /// <summary>False where fewer than <see cref="Length"/> bytes are there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Sll2Header header)
    {
        if (bytes.Length < Length)
        {
            header = default;
            return false;
        }

        header = new Sll2Header(in MemoryMarshal.AsRef<Layout>(bytes));
        return true;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1, Size = Length)]
    internal readonly struct Layout
    {
        public readonly BigEndianUInt16 Protocol;
        public readonly BigEndianUInt16 Reserved;
        public readonly BigEndianUInt32 IfIndex;
        public readonly BigEndianUInt16 ArpHardwareType;
        public readonly byte PacketType;
        public readonly byte AddressLength;
        public readonly WireMac Address;
        private readonly BigEndianUInt16 addressRest;
    }
}
