using CsCheck;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Tests.Decode.Generated;

namespace PcapPathAnalyzer.Tests.Decode;

/// <summary>Frames of known content, whole and cut at every length.</summary>
public class GeneratedFrameTests
{
    private static readonly FrameDecoder Decoder = new();

    [Test]
    public void A_written_frame_decodes_to_what_was_put_in() => FrameGen.Any.Sample(
        static frame =>
        {
            var written = FrameBytes.Of(frame);
            var decoded = Decode(written.Bytes, written.Bytes.Length);
            Assert.That(decoded.Fault, Is.EqualTo(DecodeFault.None));
            ExpectedFacts.Check(frame, decoded, withOptions: true);
            Assert.That(decoded.Innermost.PayloadOffset, Is.EqualTo(written.HeadersEnd));
        },
        iter: 5000);

    [Test]
    public void A_frame_that_PacketDotNet_wrote_decodes_to_what_was_put_in() => FrameGen.Common.Sample(
        static frame =>
        {
            var bytes = PacketDotNetBytes.Of(frame);
            var decoded = Decode(bytes, bytes.Length);
            Assert.That(decoded.Fault, Is.EqualTo(DecodeFault.None));
            ExpectedFacts.Check(frame, decoded, withOptions: false);
        },
        iter: 2000);

    [Test]
    public void A_frame_with_Ethernet_padding_has_the_same_facts() => Gen.Select(FrameGen.Any, Gen.Byte.Array[1, 46]).Sample(
        static (frame, padding) =>
        {
            var written = FrameBytes.Of(frame);
            var decoded = Decode([.. written.Bytes, .. padding], written.Bytes.Length + padding.Length);
            Assert.That(decoded.Fault, Is.EqualTo(DecodeFault.None));
            ExpectedFacts.Check(frame, decoded, withOptions: true);
        },
        iter: 2000);

    [Test]
    public void A_snap_length_inside_the_headers_is_that_fault_and_one_behind_them_is_none() => FrameGen.Any.Sample(
        static frame =>
        {
            var written = FrameBytes.Of(frame);
            for (var captured = 0; captured <= written.Bytes.Length; captured++)
            {
                var decoded = Decode(written.Bytes.AsSpan(0, captured), written.Bytes.Length);
                Assert.That(decoded.Fault, Is.EqualTo(captured < written.HeadersEnd ? DecodeFault.CutBySnapLength : DecodeFault.None), $"{captured} bytes");
                CheckWhatIsThere(frame, written, captured, decoded);
                if (captured >= written.HeadersEnd)
                    ExpectedFacts.Check(frame, decoded, withOptions: true);
            }
        },
        iter: 300);

    [Test]
    public void A_frame_that_ends_on_the_wire_is_truncated_before_its_length_is_known_and_lies_afterwards() => FrameGen.Any.Sample(
        static frame =>
        {
            var written = FrameBytes.Of(frame);
            for (var length = 0; length < written.Bytes.Length; length++)
            {
                var decoded = Decode(written.Bytes.AsSpan(0, length), length);
                Assert.That(decoded.Fault, Is.EqualTo(length < written.IpHeaderEnds[0] ? DecodeFault.Truncated : DecodeFault.BadLength), $"{length} bytes");
                CheckWhatIsThere(frame, written, length, decoded);
            }
        },
        iter: 300);

    // Every IP header that was captured whole is a packet, whatever is missing behind it.
    private static void CheckWhatIsThere(GeneratedFrame frame, FrameBytes written, int captured, DecodedFrame decoded)
    {
        Assert.That(decoded.Count, Is.EqualTo(written.IpHeaderEnds.Count(end => end <= captured)), $"{captured} bytes");
        var i = 0;
        foreach (var packet in frame.Packets.Take(decoded.Count))
            ExpectedFacts.Network(packet, decoded.Packets[i++]);
    }

    private static DecodedFrame Decode(ReadOnlySpan<byte> bytes, int originalLength)
    {
        var decoded = new DecodedFrame();
        Decoder.Decode(LinkType.Ethernet, bytes, originalLength, decoded);
        return decoded;
    }
}
