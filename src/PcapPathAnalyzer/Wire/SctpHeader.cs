using System.Runtime.InteropServices;

namespace PcapPathAnalyzer.Wire;

/// <summary>SCTP common header (RFC 9260 section 3.1).</summary>
public readonly ref struct SctpHeader
{
    /// <summary>In bytes.</summary>
    public const int Length = 12;

    private readonly ref readonly Layout wire;

    private SctpHeader(ref readonly Layout wire) => this.wire = ref wire;

    public ushort SourcePort => wire.SourcePort;

    public ushort DestinationPort => wire.DestinationPort;

    public uint VerificationTag => wire.VerificationTag;


    /// <summary>False where fewer than <see cref="Length"/> bytes are there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out SctpHeader header)
    {
        if (bytes.Length < Length)
        {
            header = default;
            return false;
        }

        header = new SctpHeader(in MemoryMarshal.AsRef<Layout>(bytes));
        return true;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1, Size = Length)]
    internal readonly struct Layout
    {
        public readonly BigEndianUInt16 SourcePort;
        public readonly BigEndianUInt16 DestinationPort;
        public readonly BigEndianUInt32 VerificationTag;
        public readonly BigEndianUInt32 Checksum;
    }
}
