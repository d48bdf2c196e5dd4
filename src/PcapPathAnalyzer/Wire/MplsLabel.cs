using System.Runtime.InteropServices;

namespace PcapPathAnalyzer.Wire;

/// <summary>One entry of an MPLS label stack (RFC 3032).</summary>
public readonly ref struct MplsLabel
{
    /// <summary>In bytes.</summary>
    public const int Length = 4;

    private readonly ref readonly Layout wire;

    private MplsLabel(ref readonly Layout wire) => this.wire = ref wire;

    /// <summary>20 bits.</summary>
    public int Label => (int)(wire.Entry >> 12);

    public bool IsBottomOfStack => (wire.Entry & 0x100) != 0;

    public byte Ttl => (byte)(uint)wire.Entry;


    /// <summary>False where fewer than <see cref="Length"/> bytes are there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out MplsLabel header)
    {
        if (bytes.Length < Length)
        {
            header = default;
            return false;
        }

        header = new MplsLabel(in MemoryMarshal.AsRef<Layout>(bytes));
        return true;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1, Size = Length)]
    internal readonly struct Layout
    {
        public readonly BigEndianUInt32 Entry;
    }
}
