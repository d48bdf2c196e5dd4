using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Capture;

/// <summary>What a capture file says beside its frames, and its rarer shapes.</summary>
public class CaptureDetailsTests
{
    private static readonly WrittenFrame Frame = new(0, [1, 2, 3, 4, 5], 5);

    [Test]
    public void The_pcap_writer_is_read_back_to_the_nanosecond()
    {
        var file = new MemoryStream();
        using (var writer = new PcapWriter(file, LinkType.LinuxSll2))
            writer.Write(new Timestamp(1_795_000_000_123_456_789), [1, 2, 3], 60);
        ReadBack.Of(file.ToArray()).IsExactly([new(1_795_000_000_123_456_789, [1, 2, 3], 60) { Link = "LinuxSll2" }]);
    }

    [Test]
    public void The_pcapng_writer_is_read_back_with_names_and_comments()
    {
        var file = new MemoryStream();
        using (var writer = new PcapngWriter(file, "a test"))
        {
            var first = writer.AddInterface(new CaptureInterface { LinkType = LinkType.Ethernet, Name = "node-a/eth0", SnapLength = 96 });
            var second = writer.AddInterface(new CaptureInterface { LinkType = LinkType.Raw, Name = "wg0", Description = "tunnel" });
            writer.Write(second, new Timestamp(1_795_000_000_123_456_789), [1, 2, 3], 60, "seen twice");
            writer.Write(first, new Timestamp(7), [4], 1);
        }

        using var reader = CaptureReader.Open(new MemoryStream(file.ToArray()), "memory");
        var read = ReadBack.Of(file.ToArray());
        while (reader.TryRead(out _))
        {
        }

        read.IsExactly([new(1_795_000_000_123_456_789, [1, 2, 3], 60) { Link = "Raw" }, new(7, [4], 1)]);
        Assert.That(reader.Comments, Is.EqualTo(new[] { (1L, "seen twice") }));
        Assert.That(reader.Interfaces.Select(static i => (i.Name, i.Description, i.SnapLength)), Is.EqualTo(new (string?, string?, int)[] { ("node-a/eth0", null, 96), ("wg0", "tunnel", 0) }));
    }

    [TestCase(6, 1_500_000UL, 1_500_000_000)]
    [TestCase(9, 1_500_000_001UL, 1_500_000_001)]
    [TestCase(3, 1_500UL, 1_500_000_000)]
    [TestCase(0, 15UL, 15_000_000_000)]
    [TestCase(12, 1_500_000_000_999UL, 1_500_000_000)]
    [TestCase(0x80 | 1, 3UL, 1_500_000_000)]
    [TestCase(0x80 | 20, 1UL << 19, 500_000_000)]
    [TestCase(0x80 | 32, 3UL << 31, 1_500_000_000)]
    [TestCase(0x80 | 63, 1UL << 62, 500_000_000)]
    public void Decimal_and_binary_time_resolutions_are_nanoseconds(byte resolution, ulong ticks, long nanoseconds)
    {
        foreach (var bigEndian in new[] { false, true })
        {
            var file = new PcapngBytes();
            file.Section(bigEndian);
            file.Interface(1, resolution: resolution, offset: -10);
            file.Enhanced(0, ticks, Frame with { Time = nanoseconds - 10_000_000_000 });
            ReadBack.Of(file.ToArray()).IsExactly(file.Frames);
        }
    }

    [Test]
    public void A_resolution_finer_than_64_bits_is_said_and_microseconds_are_assumed()
    {
        var file = new PcapngBytes();
        file.Section(false);
        file.Interface(1, resolution: 20);
        file.Enhanced(0, 7, Frame with { Time = 7000 });
        var read = ReadBack.Of(file.ToArray());
        read.IsExactly(file.Frames);
        Assert.That(read.Problems.Single().Message, Does.Contain("if_tsresol"));
    }

    [Test]
    public void A_simple_packet_block_is_cut_by_the_snap_length_of_its_interface()
    {
        var file = new PcapngBytes();
        file.Section(true);
        file.Interface(1, snapLength: 4);
        file.Other(3, [0, 0, 0, 100, 1, 2, 3, 4]);
        ReadBack.Of(file.ToArray()).IsExactly([new(-1, [1, 2, 3, 4], 100)]);
    }

    [Test]
    public void Interfaces_are_counted_over_sections_and_numbered_within_them()
    {
        var file = new PcapngBytes();
        file.Section(false);
        file.Interface(1, "a");
        file.Section(true);
        file.Interface(113, "b");
        file.Enhanced(0, 1000, Frame with { Time = 1_000_000, Link = "LinuxSll" });
        file.Statistics(0, 42);
        var read = ReadBack.Of(file.ToArray());
        read.IsExactly(file.Frames);
        Assert.That(read.Interfaces.Select(static i => (i.Name, i.Dropped)), Is.EqualTo(new (string?, long)[] { ("a", -1), ("b", 42) }));
    }

    [Test]
    public void A_packet_of_an_interface_that_is_not_described_is_counted_and_said()
    {
        var file = new PcapngBytes();
        file.Section(false);
        file.Enhanced(0, 1, Frame);
        file.Interface(1);
        file.Enhanced(0, 1, Frame with { Time = 1000 });
        var read = ReadBack.Of(file.ToArray());
        read.IsExactly(file.Frames.Skip(1));
        Assert.That(read.Problems.Single().Message, Does.Contain("frame 1").And.Contain("does not describe"));
    }

    [Test]
    public void Lengths_found_in_garbage_are_not_believed_and_the_search_stays_linear()
    {
        var file = new PcapngBytes();
        file.Section(false);
        file.Interface(1);
        file.Enhanced(0, 1, Frame with { Time = 1000 });

        // Eight megabytes of what looks like the beginning of a block, then a good frame.
        var garbage = new byte[8 * 1024 * 1024];
        for (var i = 0; i < garbage.Length; i += 8)
        {
            garbage[i] = 6;
            BitConverter.TryWriteBytes(garbage.AsSpan(i + 4), 0x8000);
        }

        var tail = new PcapngBytes();
        tail.Enhanced(0, 2, Frame with { Time = 2000 });
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var read = ReadBack.Of([.. file.ToArray(), .. garbage, .. tail.ToArray()]);
        Assert.That(read.Frames[0].Time, Is.EqualTo(1000));
        Assert.That(read.Frames[^1].Time, Is.EqualTo(2000));
        Assert.That(watch.Elapsed.TotalSeconds, Is.LessThan(5));
    }

    [Test]
    public void Records_across_and_beyond_the_reader_s_window_are_whole()
    {
        var frames = new[] { 100_000, 0, 262_143, 262_144, 1_000_000, 1, 5_000_000, 300_000, 65_535, 65_536, 200_000 }
            .Select(static (length, n) => new WrittenFrame(n * 1000, [.. Enumerable.Range(0, length).Select(i => (byte)(i * (n + 3)))], length)).ToList();
        foreach (var variant in PcapVariant.All)
            ReadBack.Of(PcapBytes.Of(variant, frames).File).IsExactly(frames);
        var file = new PcapngBytes();
        file.Section(true);
        file.Interface(1);
        foreach (var frame in frames)
            file.Enhanced(0, (ulong)(frame.Time / 1000), frame);
        ReadBack.Of(file.ToArray()).IsExactly(frames);
    }

    [TestCase("")]
    [TestCase("a")]
    [TestCase("<html>this is no capture</html>")]
    public void What_is_no_capture_is_one_problem(string text)
    {
        var read = ReadBack.Of(System.Text.Encoding.ASCII.GetBytes(text));
        Assert.That(read.Frames, Is.Empty);
        Assert.That(read.Problems, Has.Count.EqualTo(1));
        Assert.That(read.Format, Is.EqualTo(CaptureFormat.Unknown));
    }
}
