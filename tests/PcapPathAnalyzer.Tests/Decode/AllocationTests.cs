using System.Runtime.CompilerServices;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Tests.Capture;

namespace PcapPathAnalyzer.Tests.Decode;

public class AllocationTests
{
    [Test]
    public void A_hundred_thousand_frames_are_decoded_without_an_allocated_byte()
    {
        var frames = Frames();
        var decoder = new FrameDecoder();
        var decoded = new DecodedFrame();
        DecodeAll(frames, decoder, decoded, frames.Count); // what is allocated once: dispatch tables, static data

        long packets = 0;
        Assert.That(LeastOfFive(() => packets += DecodeAll(frames, decoder, decoded, 100_000)), Is.Zero);
        Assert.That(packets, Is.GreaterThan(5 * 100_000), "each frame has a packet, those in a tunnel two");
    }

    [Test]
    public void A_hundred_thousand_frames_are_read_and_decoded_without_an_allocated_byte()
    {
        var file = new MemoryStream();
        using (var writer = new PcapWriter(file, LinkType.Ethernet))
        {
            var frames = Frames();
            for (var i = 0; i < 110_000; i++)
            {
                var data = frames[i % frames.Count].Data;
                writer.Write(new(i * 1000L), data, data.Length);
            }
        }

        using var reader = CaptureReader.Open(new MemoryStream(file.ToArray()), "memory");
        var decoder = new FrameDecoder();
        var decoded = new DecodedFrame();
        for (var i = 0; i < 10_000; i++)
            ReadOne(reader, decoder, decoded);

        Assert.That(
            LeastOfFive(() =>
            {
                for (var i = 0; i < 20_000; i++)
                    ReadOne(reader, decoder, decoded);
            }),
            Is.Zero);
        Assert.That(reader.FrameCount, Is.EqualTo(110_000));
    }

    // The runtime itself may allocate while it replaces code by better code: what the decoder allocated would be there each time.
    private static long LeastOfFive(Action work)
    {
        var least = long.MaxValue;
        for (var time = 0; time < 5; time++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private static void ReadOne(CaptureReader reader, FrameDecoder decoder, DecodedFrame decoded)
    {
        reader.TryRead(out var frame);
        decoder.Decode(LinkType.Ethernet, frame.Data, frame.OriginalLength, decoded);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long DecodeAll(List<(LinkType LinkType, byte[] Data)> frames, FrameDecoder decoder, DecodedFrame decoded, int count)
    {
        long packets = 0;
        for (var i = 0; i < count; i++)
        {
            var (linkType, data) = frames[i % frames.Count];
            decoder.Decode(linkType, data, data.Length, decoded);
            packets += decoded.Count;
        }

        return packets;
    }

    private static List<(LinkType LinkType, byte[] Data)> Frames()
    {
        var frames = new List<(LinkType, byte[])>();
        foreach (var path in CaptureFiles.InBundles())
        {
            using var reader = CaptureReader.Open(path);
            while (reader.TryRead(out var frame))
                frames.Add((reader.Interfaces[frame.Interface].LinkType, frame.Data.ToArray()));
        }

        return frames;
    }
}
