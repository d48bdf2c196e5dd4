using System.Runtime.InteropServices;

namespace PcapPathAnalyzer.Wire;

/// <summary>The first eight bytes of ICMP and ICMPv6 (RFC 792, RFC 4443).</summary>
public readonly ref struct IcmpHeader
{
    /// <summary>In bytes.</summary>
    public const int Length = 8;

    private readonly ref readonly Layout wire;

    private IcmpHeader(ref readonly Layout wire) => this.wire = ref wire;

    public byte Type => wire.Type;

    public byte Code => wire.Code;

    /// <summary>Echo request and reply.</summary>
    public ushort Identifier => wire.Identifier;

    /// <summary>Echo request and reply; the next-hop MTU of "fragmentation needed" (RFC 1191 section 4).</summary>
    public ushort Sequence => wire.Sequence;

    /// <summary>The MTU of ICMPv6 "packet too big".</summary>
    public uint Mtu => ((uint)wire.Identifier << 16) | wire.Sequence;


    /// <summary>False where fewer than <see cref="Length"/> bytes are there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out IcmpHeader header)
    {
        if (bytes.Length < Length)
        {
            header = default;
            return false;
        }

        header = new IcmpHeader(in MemoryMarshal.AsRef<Layout>(bytes));
        return true;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1, Size = Length)]
    internal readonly struct Layout
    {
        public readonly byte Type;
        public readonly byte Code;
        public readonly BigEndianUInt16 Checksum;
        public readonly BigEndianUInt16 Identifier;
        public readonly BigEndianUInt16 Sequence;
    }
}
