using System.Runtime.InteropServices;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Wire;

/// <summary>Ethernet II / IEEE 802.3 header: destination, source, and an EtherType or (below 1536) the length of an LLC frame.</summary>
public readonly ref struct EthernetHeader
{
    /// <summary>In bytes.</summary>
    public const int Length = 14;

    private readonly ref readonly Layout wire;

    private EthernetHeader(ref readonly Layout wire) => this.wire = ref wire;

    public MacAddress Destination => wire.Destination;

    public MacAddress Source => wire.Source;

    /// <summary>An EtherType from 1536 (0x600), the length of what follows up to 1500.</summary>
    public ushort TypeOrLength => wire.TypeOrLength;


    /// <summary>False where fewer than <see cref="Length"/> bytes are there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out EthernetHeader header)
    {
        if (bytes.Length < Length)
        {
            header = default;
            return false;
        }

        header = new EthernetHeader(in MemoryMarshal.AsRef<Layout>(bytes));
        return true;
    }

    // Each address is read with the two bytes after it, in one word.
    [StructLayout(LayoutKind.Explicit, Pack = 1, Size = Length)]
    internal readonly struct Layout
    {
        [FieldOffset(0)]
        private readonly BigEndianUInt64 destinationAndMore;
        [FieldOffset(6)]
        private readonly BigEndianUInt64 sourceAndMore;
        [FieldOffset(12)]
        public readonly BigEndianUInt16 TypeOrLength;

        public MacAddress Destination => new(destinationAndMore >> 16);

        public MacAddress Source => new(sourceAndMore >> 16);
    }
}
