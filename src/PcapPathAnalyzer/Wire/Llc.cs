using System.Buffers.Binary;

namespace PcapPathAnalyzer.Wire;

/// <summary>IEEE 802.2 LLC with its SNAP extension.</summary>
public readonly ref struct LlcHeader
{
    /// <summary>In bytes: two service access points and a control field.</summary>
    public const int Length = 3;

    /// <summary>In bytes, with the organisation code and protocol identifier of SNAP.</summary>
    public const int SnapLength = 8;

    private readonly ReadOnlySpan<byte> bytes;

    private LlcHeader(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    public byte DestinationSap => bytes[0];

    public byte SourceSap => bytes[1];

    /// <summary>Both SAPs 0xAA and an unnumbered information frame: a SNAP header follows if it was captured.</summary>
    public bool AnnouncesSnap => bytes[0] == 0xAA && bytes[1] == 0xAA && bytes[2] == 3;

    /// <summary>True where the whole SNAP header is there and names an EtherType (organisation 00-00-00 or 00-00-f8, IEEE 802.1H's bridge tunnel).</summary>
    public bool HasEtherType => AnnouncesSnap && bytes.Length >= SnapLength && bytes[3] == 0 && bytes[4] == 0 && bytes[5] is 0 or 0xF8;

    /// <summary>Meaningful only with <see cref="HasEtherType"/>.</summary>
    public ushort EtherType => BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]);

    /// <summary>False where fewer than <see cref="Length"/> bytes are there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out LlcHeader header)
    {
        header = bytes.Length < Length ? default : new LlcHeader(bytes[..Math.Min(bytes.Length, SnapLength)]);
        return bytes.Length >= Length;
    }
}
