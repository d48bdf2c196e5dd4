using System.Numerics;
using CsCheck;

namespace PcapPathAnalyzer.Tests.Capture;

/// <summary>Generated capture files of every kind, with what must be read from them.</summary>
internal static class CaptureGen
{
    // 1970 to 2106: what 32 bits of seconds count.
    private static readonly Gen<WrittenFrame> Frame = Gen.Select(
        Gen.Long[0, (uint.MaxValue * 1_000_000_000L) + 999_999_999],
        Gen.Byte.Array[0, 80],
        Gen.Int[0, 2000],
        static (time, data, more) => new WrittenFrame(time, data, data.Length + (more < 1000 ? 0 : more)));

    public static Gen<(byte[] File, List<WrittenFrame> Frames)> Pcap { get; } =
        Gen.Select(Gen.Int[0, PcapVariant.All.Length - 1], Frame.List[0, 12], static (variant, frames) => PcapBytes.Of(PcapVariant.All[variant], frames));

    /// <summary>Up to three sections, each with interfaces of every resolution, all kinds of packet blocks, and blocks between them that hold none.</summary>
    public static Gen<(byte[] File, List<WrittenFrame> Frames)> Pcapng { get; } =
        Gen.Select(Section(), Section().Array[0, 2], static (first, rest) => Write([first, .. rest]));

    public static Gen<(byte[] File, List<WrittenFrame> Frames)> Any { get; } = Gen.OneOf(Pcap, Pcapng);

    /// <summary>The time of so many ticks, computed with numbers that have no end.</summary>
    public static long Nanoseconds(ulong ticks, byte resolution, long offset)
    {
        var perSecond = (resolution & 0x80) != 0 ? BigInteger.Pow(2, resolution & 0x7F) : BigInteger.Pow(10, resolution);
        return (long)(new BigInteger(ticks) * 1_000_000_000 / perSecond) + (offset * 1_000_000_000);
    }

    private static Gen<SectionPlan> Section() => Gen.Select(
        Gen.Bool,
        Gen.Select(Resolution, Gen.Long[-1_000_000, 1_000_000]).Array[1, 3],
        Gen.Select(Gen.Int[0, 7], Gen.Int[0, 2], Gen.ULong, Frame).Array[0, 8],
        static (bigEndian, interfaces, blocks) => new SectionPlan(bigEndian, interfaces, blocks));

    // Decimal 0..9, binary 0..32: the ticks of a century fit into 64 bits of each.
    private static Gen<byte> Resolution => Gen.OneOf(Gen.Byte[0, 9], Gen.Byte[0x80, 0x80 + 32]);

    private static (byte[] File, List<WrittenFrame> Frames) Write(SectionPlan[] sections)
    {
        var file = new PcapngBytes();
        foreach (var section in sections)
        {
            file.Section(section.BigEndian, "made for a test");
            foreach (var (resolution, offset) in section.Interfaces)
                file.Interface(1, $"eth{resolution}", resolution, offset);
            foreach (var (kind, which, random, frame) in section.Blocks)
                Block(file, section, kind, which % section.Interfaces.Length, random, frame);
        }

        return (file.ToArray(), file.Frames);
    }

    private static void Block(PcapngBytes file, SectionPlan section, int kind, int which, ulong random, WrittenFrame frame)
    {
        var (resolution, offset) = section.Interfaces[which];
        var perSecond = (resolution & 0x80) != 0 ? Math.Pow(2, resolution & 0x7F) : Math.Pow(10, resolution);
        var ticks = random % (ulong)(perSecond * 4_000_000_000.0);
        var timed = frame with { Time = Nanoseconds(ticks, resolution, offset) };
        switch (kind)
        {
            case 0 or 1 or 2:
                file.Enhanced(which, ticks, timed, kind == 0 ? "a comment" : null);
                break;
            case 3:
                file.Obsolete(which, ticks, timed);
                break;
            case 4:
                // No captured length of its own: only a whole frame can stand here.
                file.Simple(frame with { OriginalLength = frame.Data.Length });
                break;
            case 5:
                file.Statistics(which, random >> 40);
                break;
            case 6:
                file.Other(0x8000_1234, frame.Data);
                break;
            default:
                file.Other(0x0BAD, [0, 0, 0x80, 0x1C, .. frame.Data]);
                break;
        }
    }

    private sealed record SectionPlan(bool BigEndian, (byte Resolution, long Offset)[] Interfaces, (int Kind, int Which, ulong Random, WrittenFrame Frame)[] Blocks);
}
