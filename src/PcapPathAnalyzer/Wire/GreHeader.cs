using System.Runtime.InteropServices;

namespace PcapPathAnalyzer.Wire;

/// <summary>GRE header without its optional fields (RFC 2784, RFC 2890; version 1 is PPTP's, RFC 2637).</summary>
public readonly ref struct GreHeader
{
    /// <summary>In bytes, without options.</summary>
    public const int MinimumLength = 4;

    private readonly ref readonly Layout wire;

    private GreHeader(ref readonly Layout wire) => this.wire = ref wire;

    public bool HasChecksum => (wire.Flags & 0x8000) != 0;

    /// <summary>RFC 1701's routing bit; obsolete.</summary>
    public bool HasRouting => (wire.Flags & 0x4000) != 0;

    public bool HasKey => (wire.Flags & 0x2000) != 0;

    public bool HasSequence => (wire.Flags & 0x1000) != 0;

    /// <summary>PPTP's acknowledgment bit.</summary>
    public bool HasAcknowledgment => (wire.Flags & 0x0080) != 0;

    public int Version => wire.Flags & 7;

    /// <summary>An EtherType.</summary>
    public ushort Protocol => wire.Protocol;

    /// <summary>Length with the optional fields that the flags announce, in bytes.</summary>
    public int HeaderLength => MinimumLength + (HasChecksum || HasRouting ? 4 : 0) + (HasKey ? 4 : 0) + (HasSequence ? 4 : 0)
        + (Version == 1 && HasAcknowledgment ? 4 : 0);

    /// <summary>Offset of the key in the header; meaningful only with <see cref="HasKey"/>.</summary>
    public int KeyOffset => MinimumLength + (HasChecksum || HasRouting ? 4 : 0);


    /// <summary>False where fewer than <see cref="MinimumLength"/> bytes are there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out GreHeader header)
    {
        if (bytes.Length < MinimumLength)
        {
            header = default;
            return false;
        }

        header = new GreHeader(in MemoryMarshal.AsRef<Layout>(bytes));
        return true;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1, Size = MinimumLength)]
    internal readonly struct Layout
    {
        public readonly BigEndianUInt16 Flags;
        public readonly BigEndianUInt16 Protocol;
    }
}
