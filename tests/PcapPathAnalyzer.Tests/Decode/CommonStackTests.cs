using CsCheck;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Tests.Capture;
using PcapPathAnalyzer.Tests.Decode.Generated;

namespace PcapPathAnalyzer.Tests.Decode;

/// <summary>The short way and the long way of the decoder say the same of every frame.</summary>
public class CommonStackTests
{
    private static readonly FrameDecoder Decoder = new();
    private static readonly UdpTunnels Tunnels = new(new DecodeOptions());

    [Test]
    public void Both_ways_agree_on_every_captured_frame_and_most_go_the_short_one()
    {
        // One result object for all: what an uncommon frame leaves behind must not show in a common one.
        var (ours, walked) = (new DecodedFrame(), new DecodedFrame());
        var (frames, common) = (0, 0);
        foreach (var path in CaptureFiles.All())
        {
            using var reader = CaptureReader.Open(path);
            while (reader.TryRead(out var frame))
            {
                frames++;
                var linkType = reader.Interfaces[frame.Interface].LinkType;
                if (linkType == LinkType.Ethernet && CommonStackDecoder.TryDecode(frame.Data, Math.Max(frame.OriginalLength, frame.Data.Length), Tunnels, new DecodedFrame()))
                    common++;
                Compare(linkType, frame.Data, frame.OriginalLength, ours, walked);
            }
        }

        TestContext.Out.WriteLine($"{frames} frames, {common} the short way");
        if (CaptureFiles.Corpora is null)
            Assert.That(common, Is.GreaterThan(frames / 2));
    }

    [Test]
    public void Both_ways_agree_on_written_frames_cut_anywhere() => FrameGen.Any.Sample(
        static frame =>
        {
            var bytes = FrameBytes.Of(frame).Bytes;
            var (ours, walked) = (new DecodedFrame(), new DecodedFrame());
            for (var length = 0; length <= bytes.Length; length++)
            {
                Compare(LinkType.Ethernet, bytes.AsSpan(0, length), bytes.Length, ours, walked);
                Compare(LinkType.Ethernet, bytes.AsSpan(0, length), length, ours, walked);
            }
        },
        iter: 100);

    [Test]
    public void Both_ways_agree_on_mutated_frames() => Gen.Select(FrameGen.Common, Gen.Int[0, int.MaxValue].Array[1, 6], Gen.Int[0, 300], Gen.Int[-5, 5]).Sample(
        static (frame, flips, cut, more) =>
        {
            var bytes = FrameBytes.Of(frame).Bytes;
            foreach (var flip in flips)
                bytes[flip / 8 % bytes.Length] ^= (byte)(1 << (flip & 7));
            var captured = bytes.AsSpan(0, Math.Min(bytes.Length, cut));
            Compare(LinkType.Ethernet, captured, bytes.Length + more, new DecodedFrame(), new DecodedFrame());
        },
        iter: 50_000);

    private static void Compare(LinkType linkType, ReadOnlySpan<byte> frame, int originalLength, DecodedFrame ours, DecodedFrame walked)
    {
        Decoder.Decode(linkType, frame, originalLength, ours);
        Decoder.Walk(linkType, frame, Math.Max(originalLength, frame.Length), walked);
        var text = FrameText.Of(walked);
        if (!string.Equals(FrameText.Of(ours), text, StringComparison.Ordinal))
            Assert.That(FrameText.Of(ours), Is.EqualTo(text), Convert.ToHexString(frame));
    }
}
