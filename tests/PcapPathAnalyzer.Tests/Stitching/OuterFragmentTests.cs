using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Building;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Stitching;

/// <summary>
/// VXLAN whose packets are larger than the network between the nodes carries, so that the kernel sends them in fragments. Every
/// eight bytes of a payload name the request or answer they are of: that is the truth about each frame, whatever it begins with.
/// </summary>
public sealed class OuterFragmentTests
{
    private static readonly string Bundle = Path.Combine(TestData.Folder, "outer-fragments");
    private readonly Dictionary<(string File, long Frame), PacketSighting> sightings = [];
    private AnalysisResult result = null!;

    [OneTimeSetUp]
    public void Analyze() => result = PathAnalyzer.Analyze(BundleReader.Read(Bundle), new AnalysisOptions
    {
        Packets = (in PacketSighting s) => sightings.Add((s.Point.File, s.Frame), s),
    });

    [Test]
    public void Each_datagram_is_one_packet_at_all_frames_that_carry_a_piece_of_it()
    {
        var datagrams = Tokens().GroupBy(t => t.Token).Where(t => sightings[t.First().Key].Flow.Protocol == IpProtocol.Udp).ToList();
        Assert.That(datagrams, Has.Count.EqualTo(12), "three requests and answers of each IP version");
        foreach (var datagram in datagrams)
        {
            var packet = sightings[datagram.First().Key].PacketId;
            Assert.That(sightings.Where(s => s.Value.PacketId == packet).Select(s => s.Key), Is.EquivalentTo(datagram.Select(d => d.Key)), datagram.Key);
        }
    }

    [Test]
    public void Each_segment_is_seen_in_both_pieces_of_the_tunnels_packet()
    {
        var segments = sightings.Where(s => s.Value.Flow.Protocol == IpProtocol.Tcp).GroupBy(s => s.Value.PacketId).ToList();
        Assert.That(segments, Has.Count.GreaterThan(8));
        foreach (var segment in segments)
        {
            // 50 bytes of outer headers and the inner packet, in a network of 1300.
            var pieces = segment.First(s => s.Value.Vni is null).Value.Length + 50 > 1300 ? 2 : 1;
            Assert.That(segment.GroupBy(s => s.Value.Point).Where(p => p.Key.Interface == "eth0" && p.Key.Home!.IsNode).Select(p => p.Count()), Is.EqualTo(new[] { pieces, pieces }));
            Assert.That(segment.Select(s => s.Value.Point).Distinct().Count(), Is.EqualTo(6), "at every capture point");
        }
    }

    [Test]
    public void No_fragment_is_a_flow_of_its_own()
    {
        var flows = result.Flows.Where(f => f.Protocol.HasPorts()).Select(f => f.Requested.DestinationPort);
        Assert.That(flows, Is.EqualTo(new[] { 9000, 9000, 9000 }), "UDP over IPv4 and IPv6, TCP; beside them hosts report their groups (MLD)");
        Assert.That(result.CapturePoints.SelectMany(p => p.Tunnels).Sum(t => t.WithoutIp), Is.Zero);
    }

    private IEnumerable<((string File, long Frame) Key, string Token)> Tokens()
    {
        foreach (var point in result.CapturePoints)
        {
            using var reader = CaptureReader.Open(Path.Combine(Bundle, point.File));
            while (reader.TryRead(out var frame))
            {
                var text = System.Text.Encoding.Latin1.GetString(frame.Data);
                if (System.Text.RegularExpressions.Regex.Match(text, @"[qr]\d{6}\|") is { Success: true } token)
                    yield return ((point.File, frame.Number), token.Value);
            }
        }
    }
}
