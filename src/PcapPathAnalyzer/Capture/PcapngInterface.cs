using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Capture;

/// <summary>Interface description blocks.</summary>
internal static class PcapngInterface
{
    // Option codes of an interface description.
    private const int Comment = 1;
    private const int Name = 2;
    private const int Description = 3;
    private const int TimestampResolution = 9;
    private const int Filter = 11;
    private const int FcsLength = 13;
    private const int TimestampOffset = 14;

    /// <param name="body">At least 8 bytes.</param>
    public static CaptureInterface Read(PcapngSection section, ReadOnlySpan<byte> body, CaptureContent content, out PcapngClock clock)
    {
        string? name = null, description = null, filter = null;
        ulong ticksPerSecond = 1_000_000;
        long offset = 0;
        var fcs = 0;
        var options = new PcapngOptions(section, body[8..]);
        while (options.Next())
        {
            var value = options.Value;
            switch (options.Code)
            {
                case Comment:
                    content.AddComment(0, PcapngSection.Text(value));
                    break;
                case Name:
                    name = PcapngSection.Text(value);
                    break;
                case Description:
                    description = PcapngSection.Text(value);
                    break;
                case Filter when value is [0, ..]:
                    // The first byte says what follows: 0 is text, 1 is BPF code.
                    filter = PcapngSection.Text(value[1..]);
                    break;
                case TimestampResolution when value.Length == 1:
                    ticksPerSecond = Resolution(value[0], content);
                    break;
                case TimestampOffset when value.Length == 8:
                    offset = (long)section.ReadUInt64(value);
                    break;
                case FcsLength when value.Length == 1:
                    fcs = value[0];
                    break;
            }
        }

        clock = new PcapngClock(ticksPerSecond, offset);
        var snapLength = section.ReadUInt32(body[4..]);
        return new CaptureInterface
        {
            LinkType = LinkTypes.FromFile(section.ReadUInt16(body)),
            SnapLength = snapLength > int.MaxValue ? 0 : (int)snapLength,
            Name = name,
            Description = description,
            Filter = filter,
            TicksPerSecond = ticksPerSecond,
            TimeOffset = offset,
            FcsLength = fcs,
        };
    }

    // The upper bit chooses between negative powers of 2 and of 10.
    private static ulong Resolution(byte value, CaptureContent content)
    {
        var exponent = value & 0x7F;
        if ((value & 0x80) != 0 ? exponent > 63 : exponent > 19)
        {
            content.Report(Severity.Warning, "unreadable-input", $"if_tsresol 0x{value:x2} of interface {content.Interfaces.Count} is finer than 64 bits can count; microseconds are assumed");
            return 1_000_000;
        }

        if ((value & 0x80) != 0)
            return 1UL << exponent;
        ulong ticks = 1;
        for (var i = 0; i < exponent; i++)
            ticks *= 10;
        return ticks;
    }
}
