namespace PcapPathAnalyzer.Tests.Capture;

/// <summary>Kinds of pcap files that libpcap reads (sf-pcap.c).</summary>
internal sealed record PcapVariant(bool BigEndian, uint Magic, int Major, int Minor)
{
    public const uint Microseconds = 0xA1B2C3D4;
    public const uint Nanoseconds = 0xA1B23C4D;
    public const uint Kuznetzov = 0xA1B2CD34;
    public const uint Navtel = 0xA12B3C4D;

    public static PcapVariant[] All =>
    [
        .. from magic in new[] { Microseconds, Nanoseconds, Kuznetzov, Navtel }
           from bigEndian in new[] { false, true }
           select new PcapVariant(bigEndian, magic, 2, 4),
        new(false, Microseconds, 2, 3),
        new(true, Microseconds, 2, 3),
        new(false, Microseconds, 2, 2),
        new(true, Microseconds, 543, 0),
    ];

    public long NanosecondsPerUnit => Magic is Nanoseconds or Navtel ? 1 : 1000;

    public bool OriginalLengthFirst => Major == 543 || Minor < 3;
}

internal static class PcapBytes
{
    /// <summary>Writes a file; the frames come back with the places where their records end.</summary>
    public static (byte[] File, List<WrittenFrame> Frames) Of(PcapVariant variant, IEnumerable<WrittenFrame> frames)
    {
        var bytes = new CaptureBytes(variant.BigEndian);
        bytes.Put32(variant.Magic);
        bytes.Put16(variant.Major);
        bytes.Put16(variant.Minor);
        bytes.Put64(0);
        bytes.Put32(65535);
        bytes.Put32(1);
        var written = new List<WrittenFrame>();
        foreach (var frame in frames)
        {
            bytes.Put32((uint)(frame.Time / 1_000_000_000));
            bytes.Put32((uint)(frame.Time % 1_000_000_000 / variant.NanosecondsPerUnit));
            bytes.Put32((uint)(variant.OriginalLengthFirst ? frame.OriginalLength : frame.Data.Length));
            bytes.Put32((uint)(variant.OriginalLengthFirst ? frame.Data.Length : frame.OriginalLength));
            if (variant.Magic == PcapVariant.Kuznetzov)
            {
                bytes.Put32(2); // interface index
                bytes.Put16(0x0800);
                bytes.Put16(0);
            }

            bytes.Put(frame.Data);
            written.Add(frame with { Time = frame.Time / variant.NanosecondsPerUnit * variant.NanosecondsPerUnit, End = bytes.Length });
        }

        return (bytes.ToArray(), written);
    }
}
