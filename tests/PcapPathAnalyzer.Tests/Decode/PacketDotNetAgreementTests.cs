using PacketDotNet;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Tests.Capture;

namespace PcapPathAnalyzer.Tests.Decode;

/// <summary>Every frame of testdata beside PacketDotNet, a second decoder of another author.</summary>
public class PacketDotNetAgreementTests
{
    private const int VxlanHeaderLength = 8;

    [Test]
    public void Every_frame_of_testdata_says_the_same_to_PacketDotNet()
    {
        var decoder = new FrameDecoder();
        var decoded = new DecodedFrame();
        var (frames, ip, tcp, tunnelled) = (0, 0, 0, 0);
        using (Assert.EnterMultipleScope())
        {
            foreach (var path in CaptureFiles.InBundles())
            {
                using var reader = CaptureReader.Open(path);
                while (reader.TryRead(out var frame))
                {
                    // PacketDotNet reads past the end of what a snap length cut.
                    if (frame.Data.Length < frame.OriginalLength)
                        continue;
                    frames++;
                    var linkType = reader.Interfaces[frame.Interface].LinkType;
                    decoder.Decode(linkType, frame.Data, frame.OriginalLength, decoded);
                    var theirs = Innermost(Packet.ParsePacket((LinkLayers)(int)linkType, frame.Data.ToArray()), out var depth);
                    var ours = decoded.Count == 0 || decoded.Link != LinkFacts.None ? "no ip packet" : Describe(decoded.Innermost);
                    Assert.That(ours, Is.EqualTo(theirs is null ? "no ip packet" : Describe(theirs)), $"{path}#{frame.Number}");
                    ip += theirs is null ? 0 : 1;
                    tcp += theirs?.PayloadPacket is TcpPacket ? 1 : 0;
                    tunnelled += depth > 1 ? 1 : 0;
                }
            }
        }

        TestContext.Out.WriteLine($"{frames} frames, {ip} with IP, {tcp} with TCP, {tunnelled} in a tunnel");
        Assert.That(new[] { ip, tcp, tunnelled }, Is.All.GreaterThan(0), "nothing was compared");
    }

    // Null where the frame carries no IP packet innermost: ARP, perhaps in a tunnel.
    private static IPPacket? Innermost(Packet packet, out int depth)
    {
        IPPacket? innermost = null;
        depth = 0;
        for (var layer = packet; layer is not null; layer = Next(layer))
        {
            if (layer is IPPacket ip)
                (innermost, depth) = (ip, depth + 1);
            else if (layer is ArpPacket)
                innermost = null;
        }

        return innermost;
    }

    // PacketDotNet looks for VXLAN on IANA's port only; Linux's default is followed here.
    private static Packet? Next(Packet layer) => layer switch
    {
        UdpPacket { DestinationPort: 4789 or 8472 } udp => new EthernetPacket(new PacketDotNet.Utils.ByteArraySegment(Payload(udp), VxlanHeaderLength, Payload(udp).Length - VxlanHeaderLength)),
        _ => layer.PayloadPacket,
    };

    private static byte[] Payload(UdpPacket udp) => udp.PayloadDataSegment?.ActualBytes() ?? udp.PayloadPacket.Bytes;

    private static string Describe(IPPacket ip)
    {
        var v4 = ip as IPv4Packet;
        var later = v4 is { FragmentOffset: not 0 };
        var head = $"{ip.SourceAddress} {ip.DestinationAddress} {(int)ip.Protocol} ttl {ip.TimeToLive} id {v4?.Id ?? 0} length {ip.TotalLength}";
        return later ? head : ip.PayloadPacket switch
        {
            TcpPacket t => $"{head} {t.SourcePort} {t.DestinationPort} seq {t.SequenceNumber} ack {t.AcknowledgmentNumber} flags {t.Flags & 0x1FF:x3} window {t.WindowSize}",
            UdpPacket u => $"{head} {u.SourcePort} {u.DestinationPort}",
            _ => head,
        };
    }

    private static string Describe(in PacketFacts p)
    {
        var head = $"{p.Source} {p.Destination} {(int)p.Protocol} ttl {p.Ttl} id {p.Identification} length {p.TotalLength}";
        return p.IsLaterFragment ? head : p.Protocol switch
        {
            IpProtocol.Tcp => $"{head} {p.SourcePort} {p.DestinationPort} seq {p.TcpSequence} ack {p.TcpAcknowledgment} flags {(int)p.TcpFlags:x3} window {p.TcpWindow}",
            IpProtocol.Udp => $"{head} {p.SourcePort} {p.DestinationPort}",
            _ => head,
        };
    }
}
