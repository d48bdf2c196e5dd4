using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Tests.Bundles;
using PcapPathAnalyzer.Tests.Stitching.WholeFlows;

namespace PcapPathAnalyzer.Tests.Stitching;

/// <summary>Equal datagrams without identification: sent twice, or captured twice.</summary>
public sealed class CapturedTwiceTests
{
    private static readonly FiveTuple Ends = new(IpAddress.Parse("10.244.0.5"), 40000, IpAddress.Parse("10.244.1.7"), 53, IpProtocol.Udp);

    [TestCase("1 2 1", 1, false, TestName = "Seen_twice_at_one_of_several_places_it_was_sent_once")]
    [TestCase("2 1 1", 1, false, TestName = "Seen_twice_at_the_first_place_it_was_sent_once")]
    [TestCase("2 2 2", 2, false, TestName = "Seen_twice_everywhere_it_was_sent_twice")]
    [TestCase("2", 2, true, TestName = "Where_one_place_was_captured_two_sightings_count_two_and_are_said_to_be_ambiguous")]
    public void Equal_datagrams(string sightings, int packets, bool isAmbiguous)
    {
        using var folder = new TemporaryFolder();
        var counts = sightings.Split(' ').Select(int.Parse).ToArray();
        for (var place = 0; place < counts.Length; place++)
        {
            Directory.CreateDirectory(folder[$"node-{place}"]);
            using var writer = new PcapWriter(File.Create(folder[$"node-{place}/eth0.pcap"]), LinkType.Raw, 65535);
            // Two queries, each as often; the clocks are the same to a microsecond.
            for (var query = 0; query < 2; query++)
            {
                var packet = new WirePacket { Tuple = Ends, Ttl = 64 - place, Payload = [.. Enumerable.Repeat((byte)(query + 7), 60)] }.ToBytes();
                for (var i = 0; i < counts[place]; i++)
                    writer.Write(new Timestamp(1_795_000_000_000_000_000 + (query * 5_000_000) + (place * 20_000) + (i * 300)), packet, packet.Length);
            }
        }

        var flow = PathAnalyzer.Analyze(BundleReader.Read(folder.Path)).Flows.Single();
        Assert.That(flow.Forward.Packets, Is.EqualTo(2 * packets));
        Assert.That(flow.Forward.Hops.Select(h => h.Packets), Is.EqualTo(counts.Select(c => packets * 2)));
        Assert.That(flow.Joins.Any(j => j.StartsWith("ambiguous: 2 forward packet(s)", StringComparison.Ordinal)), Is.EqualTo(isAmbiguous));
    }
}
