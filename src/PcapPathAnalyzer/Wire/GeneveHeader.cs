using System.Runtime.InteropServices;

namespace PcapPathAnalyzer.Wire;

/// <summary>Geneve header without its options (RFC 8926 section 3.4).</summary>
public readonly ref struct GeneveHeader
{
    /// <summary>In bytes, without options.</summary>
    public const int MinimumLength = 8;

    private readonly ref readonly Layout wire;

    private GeneveHeader(ref readonly Layout wire) => this.wire = ref wire;

    public int Version => wire.VersionAndLength >> 6;

    /// <summary>In bytes, options included.</summary>
    public int HeaderLength => LengthFrom(wire.VersionAndLength);

    /// <summary>The O bit: a control message, whose payload is not a tenant's packet.</summary>
    public bool IsControl => (wire.Flags & 0x80) != 0;

    /// <summary>An EtherType; 0x6558 for Ethernet.</summary>
    public ushort Protocol => wire.Protocol;

    /// <summary>24 bits.</summary>
    public int Vni => (int)(wire.VniAndReserved >> 8);

    /// <summary>What the first byte says of the header's length, options included.</summary>
    public static int LengthFrom(byte versionAndLength) => MinimumLength + ((versionAndLength & 0x3F) * 4);

    /// <summary>False where fewer than <see cref="MinimumLength"/> bytes are there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out GeneveHeader header)
    {
        if (bytes.Length < MinimumLength)
        {
            header = default;
            return false;
        }

        header = new GeneveHeader(in MemoryMarshal.AsRef<Layout>(bytes));
        return true;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1, Size = MinimumLength)]
    internal readonly struct Layout
    {
        public readonly byte VersionAndLength;
        public readonly byte Flags;
        public readonly BigEndianUInt16 Protocol;
        public readonly BigEndianUInt32 VniAndReserved;
    }
}
