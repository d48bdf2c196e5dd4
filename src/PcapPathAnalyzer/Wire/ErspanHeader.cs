using System.Runtime.InteropServices;

namespace PcapPathAnalyzer.Wire;

/// <summary>ERSPAN type II header, and the first eight bytes of type III (draft-foschiano-erspan).</summary>
public readonly ref struct ErspanHeader
{
    /// <summary>In bytes.</summary>
    public const int Length = 8;

    private readonly ref readonly Layout wire;

    private ErspanHeader(ref readonly Layout wire) => this.wire = ref wire;

    /// <summary>1 for type II, 2 for type III.</summary>
    public int Version => wire.VersionAndVlan >> 12;

    /// <summary>10 bits.</summary>
    public int SessionId => wire.FlagsAndSession & 0x3FF;


    /// <summary>False where fewer than <see cref="Length"/> bytes are there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ErspanHeader header)
    {
        if (bytes.Length < Length)
        {
            header = default;
            return false;
        }

        header = new ErspanHeader(in MemoryMarshal.AsRef<Layout>(bytes));
        return true;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1, Size = Length)]
    internal readonly struct Layout
    {
        public readonly BigEndianUInt16 VersionAndVlan;
        public readonly BigEndianUInt16 FlagsAndSession;
        public readonly BigEndianUInt32 Index;
    }
}
