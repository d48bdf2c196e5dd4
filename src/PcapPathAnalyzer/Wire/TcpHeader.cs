using System.Runtime.InteropServices;

namespace PcapPathAnalyzer.Wire;

/// <summary>TCP header without its options (RFC 9293 section 3.1).</summary>
public readonly ref struct TcpHeader
{
    /// <summary>In bytes, without options.</summary>
    public const int MinimumLength = 20;

    private readonly ref readonly Layout wire;

    private TcpHeader(ref readonly Layout wire) => this.wire = ref wire;

    public ushort SourcePort => wire.SourcePort;

    public ushort DestinationPort => wire.DestinationPort;

    public uint Sequence => wire.Sequence;

    public uint Acknowledgment => wire.Acknowledgment;

    /// <summary>In bytes, options included; 0..60, below 20 is a lie.</summary>
    public int HeaderLength => wire.OffsetAndFlags >> 12 << 2;

    /// <summary>The nine flag bits, FIN lowest, AE (RFC 3540's NS) highest.</summary>
    public ushort Flags => (ushort)(wire.OffsetAndFlags & 0x1FF);

    public ushort Window => wire.Window;


    /// <summary>False where fewer than <see cref="MinimumLength"/> bytes are there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out TcpHeader header)
    {
        if (bytes.Length < MinimumLength)
        {
            header = default;
            return false;
        }

        header = new TcpHeader(in MemoryMarshal.AsRef<Layout>(bytes));
        return true;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1, Size = MinimumLength)]
    internal readonly struct Layout
    {
        public readonly BigEndianUInt16 SourcePort;
        public readonly BigEndianUInt16 DestinationPort;
        public readonly BigEndianUInt32 Sequence;
        public readonly BigEndianUInt32 Acknowledgment;
        public readonly BigEndianUInt16 OffsetAndFlags;
        public readonly BigEndianUInt16 Window;
        public readonly BigEndianUInt16 Checksum;
        public readonly BigEndianUInt16 UrgentPointer;
    }
}
