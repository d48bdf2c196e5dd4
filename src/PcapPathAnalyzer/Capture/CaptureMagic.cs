using System.Buffers.Binary;

namespace PcapPathAnalyzer.Capture;

/// <summary>What the first bytes of a file say it is.</summary>
public enum CaptureFormat
{
    /// <summary>No capture file that is read here.</summary>
    Unknown,
    Pcap,
    Pcapng,
}

/// <summary>Magic numbers of capture files (pcap-savefile(5), draft-ietf-opsawg-pcapng) and of the compressions around them.</summary>
internal static class CaptureMagic
{
    public const uint Microseconds = 0xA1B2C3D4;
    public const uint Nanoseconds = 0xA1B23C4D;

    /// <summary>Alexey Kuznetzov's libpcap patch of old Red Hat releases: longer record headers.</summary>
    public const uint Kuznetzov = 0xA1B2CD34;

    /// <summary>Navtel's, with nanoseconds (libpcap sf-pcap.c names it so).</summary>
    public const uint Navtel = 0xA12B3C4D;

    public const uint PcapngSection = 0x0A0D0D0A;
    public const uint PcapngByteOrder = 0x1A2B3C4D;

    public static CaptureFormat Format(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4)
            return CaptureFormat.Unknown;
        var magic = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (magic == PcapngSection)
            return CaptureFormat.Pcapng;
        return IsPcap(magic) || IsPcap(BinaryPrimitives.ReverseEndianness(magic)) ? CaptureFormat.Pcap : CaptureFormat.Unknown;
    }

    public static bool IsPcap(uint magic) => magic is Microseconds or Nanoseconds or Kuznetzov or Navtel;

    /// <summary>RFC 1952.</summary>
    public static bool IsGzip(ReadOnlySpan<byte> bytes) => bytes is [0x1F, 0x8B, 8, ..];

    /// <summary>RFC 8878: a frame, or a skippable frame in front of one.</summary>
    public static bool IsZstandard(ReadOnlySpan<byte> bytes) => bytes is [0x28, 0xB5, 0x2F, 0xFD, ..] or [>= 0x50 and <= 0x5F, 0x2A, 0x4D, 0x18, ..];
}
