using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Tests.Capture;

namespace PcapPathAnalyzer.Tests.Decode;

public class EveryCaptureTests
{
    [Test]
    public void Every_frame_of_every_capture_ends_decoded_or_in_a_named_reason()
    {
        var decoder = new FrameDecoder();
        var decoded = new DecodedFrame();
        var faults = new SortedDictionary<DecodeFault, long>();
        var frames = 0L;
        foreach (var path in CaptureFiles.All())
        {
            using var reader = CaptureReader.Open(path);
            while (reader.TryRead(out var frame))
            {
                decoder.Decode(reader.Interfaces[frame.Interface].LinkType, frame.Data, frame.OriginalLength, decoded);
                frames++;
                faults[decoded.Fault] = faults.GetValueOrDefault(decoded.Fault) + 1;
                if (decoded.Fault == DecodeFault.None)
                    Assert.That(decoded.Count > 0 || decoded.Arp.Operation != 0 || decoded.EtherType != 0, Is.True, $"{path}#{frame.Number} is neither decoded nor counted");
                foreach (ref readonly var packet in decoded.Packets)
                {
                    Assert.That(packet.HeaderOffset, Is.LessThan(frame.Data.Length));
                    Assert.That(packet.PayloadLength, Is.GreaterThanOrEqualTo(-1));
                    Assert.That(packet.TransportOffset, Is.LessThanOrEqualTo(packet.PayloadOffset));
                }
            }
        }

        if (frames == 0)
            Assert.Ignore("no captures are there");
        TestContext.Out.WriteLine($"{frames} frames; " + string.Join(", ", faults.Select(static f => $"{f.Key} {f.Value}")));
    }
}
