using CsCheck;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Tests.Capture;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Decode;

/// <summary>Bytes that no sender meant: nothing throws, nothing outside the frame is read, the result stays within its own rules.</summary>
public class HostileFrameTests
{
    private static readonly FrameDecoder Decoder = new();

    private static readonly LinkType[] LinkTypes =
    [
        LinkType.Ethernet, LinkType.LinuxSll, LinkType.LinuxSll2, LinkType.Raw, LinkType.Ipv4, LinkType.Ipv6, LinkType.Null, LinkType.Loop, LinkType.Ppp,
        LinkType.PppHdlc, LinkType.PppDirection, LinkType.PppEthernet, LinkType.CiscoHdlc, (LinkType)9999,
    ];

    private static readonly Lazy<List<(LinkType LinkType, byte[] Data)>> RealFrames = new(ReadRealFrames);

    private static readonly Gen<(LinkType LinkType, byte[] Data)> Random = Gen.Select(Gen.Int[0, LinkTypes.Length - 1], Gen.Byte.Array[0, 200], static (link, bytes) => (LinkTypes[link], bytes));

    // A real frame, some bits of it flipped, cut somewhere, perhaps said to be of another link type.
    private static readonly Gen<(LinkType LinkType, byte[] Data)> Mutated = Gen.Select(
        Gen.Int[0, RealFrames.Value.Count - 1], Gen.Int.Array[0, 12], Gen.Int[0, 4000], Gen.Int[0, 3 * LinkTypes.Length], static (which, flips, cut, link) =>
        {
            var (linkType, data) = RealFrames.Value[which];
            var copy = data.AsSpan(0, Math.Min(data.Length, cut)).ToArray();
            foreach (var flip in flips)
            {
                // Half of the flips hit the first hundred bytes, where the headers are.
                var range = Math.Min(copy.Length, flip < 0 ? 100 : int.MaxValue);
                if (range > 0)
                    copy[(flip & int.MaxValue) / 8 % range] ^= (byte)(1 << (flip & 7));
            }

            return (link < LinkTypes.Length ? LinkTypes[link] : linkType, copy);
        });

    [Test]
    public void Random_bytes_end_in_facts_or_a_fault() => Random.Sample(static f => Decode(f.LinkType, f.Data), iter: 50_000);

    [Test]
    public void Real_frames_with_flipped_bits_end_in_facts_or_a_fault() => Mutated.Sample(static f => Decode(f.LinkType, f.Data), iter: 50_000);

    [Test]
    public void No_byte_outside_the_frame_is_read()
    {
        if (!GuardedMemory.IsSupported)
            Assert.Ignore("guard pages are made through Linux's mmap here");
        using var memory = new GuardedMemory(8192);
        var shared = memory;
        Gen.OneOf(Random, Mutated).Sample(
            f =>
            {
                Decode(f.LinkType, shared.AtEnd(f.Data));
                Decode(f.LinkType, shared.AtBeginning(f.Data));
            },
            iter: 50_000,
            threads: 1);
    }

    [Test]
    public void No_byte_outside_a_real_frame_cut_anywhere_is_read()
    {
        if (!GuardedMemory.IsSupported)
            Assert.Ignore("guard pages are made through Linux's mmap here");
        using var memory = new GuardedMemory(8192);
        foreach (var (linkType, data) in RealFrames.Value.Where((_, i) => i % 10 == 0))
        {
            for (var length = 0; length <= Math.Min(data.Length, 200); length++)
                Decode(linkType, memory.AtEnd(data.AsSpan(0, length)));
        }
    }

    private static void Decode(LinkType linkType, ReadOnlySpan<byte> bytes)
    {
        var decoded = new DecodedFrame();
        foreach (var originalLength in (ReadOnlySpan<int>)[bytes.Length, bytes.Length + 1, 1500, int.MaxValue, -1])
        {
            Decoder.Decode(linkType, bytes, originalLength, decoded);
            Assert.That(decoded.FaultOffset, Is.InRange(0, bytes.Length));
            foreach (ref readonly var packet in decoded.Packets)
            {
                Assert.That(packet.IpVersion, Is.EqualTo(4).Or.EqualTo(6));
                Assert.That(packet.HeaderOffset, Is.InRange(0, bytes.Length));
                Assert.That(packet.PayloadOffset, Is.GreaterThanOrEqualTo(packet.TransportOffset));
                Assert.That(packet.PayloadLength, Is.GreaterThanOrEqualTo(-1));
            }
        }
    }

    private static List<(LinkType LinkType, byte[] Data)> ReadRealFrames()
    {
        var frames = new List<(LinkType, byte[])>();
        foreach (var path in CaptureFiles.All())
        {
            using var reader = CaptureReader.Open(path);
            while (reader.TryRead(out var frame))
            {
                if (frame.Data.Length <= 4096)
                    frames.Add((reader.Interfaces[frame.Interface].LinkType, frame.Data.ToArray()));
            }
        }

        return frames;
    }
}
