using System.Runtime.InteropServices;

namespace PcapPathAnalyzer.Wire;

/// <summary>IEEE 802.1Q tag as it follows its EtherType (0x8100, 0x88a8): tag control information, then the next EtherType.</summary>
public readonly ref struct VlanTag
{
    /// <summary>In bytes.</summary>
    public const int Length = 4;

    private readonly ref readonly Layout wire;

    private VlanTag(ref readonly Layout wire) => this.wire = ref wire;

    /// <summary>0..4095.</summary>
    public short VlanId => (short)(wire.Control & 0xFFF);

    /// <summary>802.1p priority, 0..7.</summary>
    public int Priority => wire.Control >> 13;

    public ushort TypeOrLength => wire.TypeOrLength;


    /// <summary>False where fewer than <see cref="Length"/> bytes are there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out VlanTag header)
    {
        if (bytes.Length < Length)
        {
            header = default;
            return false;
        }

        header = new VlanTag(in MemoryMarshal.AsRef<Layout>(bytes));
        return true;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1, Size = Length)]
    internal readonly struct Layout
    {
        public readonly BigEndianUInt16 Control;
        public readonly BigEndianUInt16 TypeOrLength;
    }
}
