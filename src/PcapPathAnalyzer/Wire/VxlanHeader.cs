using System.Runtime.InteropServices;

namespace PcapPathAnalyzer.Wire;

/// <summary>VXLAN header (RFC 7348 section 5) and its GPE variant (draft-ietf-nvo3-vxlan-gpe).</summary>
public readonly ref struct VxlanHeader
{
    /// <summary>In bytes.</summary>
    public const int Length = 8;

    private readonly ref readonly Layout wire;

    private VxlanHeader(ref readonly Layout wire) => this.wire = ref wire;

    /// <summary>The I flag: without it there is no VNI and Linux drops the frame.</summary>
    public bool HasVni => (wire.Flags & 0x08) != 0;

    /// <summary>The P flag of GPE.</summary>
    public bool HasNextProtocol => (wire.Flags & 0x04) != 0;

    /// <summary>GPE: 1 IPv4, 2 IPv6, 3 Ethernet, 4 NSH, 5 MPLS.</summary>
    public byte NextProtocol => wire.NextProtocol;

    /// <summary>24 bits.</summary>
    public int Vni => (int)(wire.VniAndReserved >> 8);


    /// <summary>False where fewer than <see cref="Length"/> bytes are there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out VxlanHeader header)
    {
        if (bytes.Length < Length)
        {
            header = default;
            return false;
        }

        header = new VxlanHeader(in MemoryMarshal.AsRef<Layout>(bytes));
        return true;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1, Size = Length)]
    internal readonly struct Layout
    {
        public readonly byte Flags;
        public readonly byte Reserved1;
        public readonly byte Reserved2;
        public readonly byte NextProtocol;
        public readonly BigEndianUInt32 VniAndReserved;
    }
}
