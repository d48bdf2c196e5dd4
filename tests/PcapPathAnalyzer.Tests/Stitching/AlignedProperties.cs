using CsCheck;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Building;
using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Matching;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Stitching.Trails;

namespace PcapPathAnalyzer.Tests.Stitching;

/// <summary>The short way for what was seen whole and in order (<see cref="AlignedCopies"/>) gives what the long way gives (<see cref="TransmissionMatcher"/>).</summary>
public sealed class AlignedProperties
{
    [Test]
    public void The_short_way_finds_the_transmissions_that_the_long_way_finds()
    {
        var taken = 0;
        var traffic = from dnat in Gen.Bool
            from masquerade in Gen.Bool
            from timestamps in Gen.Bool
            from loss in Gen.Int[0, 30]
            from gaps in Gen.Int[0, 10]
            from twice in Gen.Int[0, 10]
            from requests in Gen.Int[1, 20]
            from points in Gen.Bool.Array[SyntheticNetwork.Points]
            from seed in Gen.UInt
            select new Trouble { Dnat = dnat, Masquerade = masquerade, HasTimestamps = timestamps, Loss = loss, Gaps = gaps, Twice = twice, Requests = requests, Captured = points, Seed = seed };
        traffic.Sample(t =>
        {
            using var play = new SyntheticCapture();
            play.Add(t, SyntheticCapture.Start);
            var observations = play.Read();
            var clocks = new ClockTable([], observations.Tables.Points);
            var memory = new TransmissionMemory();
            // By tuple: the legs of one way, as a flow's direction would hold them.
            foreach (var way in Trails(observations, memory).GroupBy(p => observations.Tables.Tuples[p.Trail.Tuple].SourcePort is 80 or 8080))
            {
                var packets = new DirectionPackets();
                foreach (var trail in way)
                    packets.Add(trail);
                var aligned = new AlignedCopies(observations.Tables, clocks);
                if (!aligned.TryAlign(packets, memory))
                    continue;
                taken++;
                var all = packets.ToObservations(clocks);
                int[] indices = [.. Enumerable.Range(0, packets.Count)];
                var matcher = new TransmissionMatcher(observations.Tables);
                matcher.Match(all, indices, indices.Length);
                var byMatcher = matcher.Set.Heads.Select(h => Text(Members(matcher.Set, h).Select(k => all[k]))).Order(StringComparer.Ordinal);
                var sightings = new Observation[aligned.Packets * aligned.Hops.Count];
                for (var hop = 0; hop < aligned.Hops.Count; hop++)
                    aligned.Hops[hop].Put(sightings, hop, aligned.Hops.Count, clocks);
                var byAligned = sightings.Chunk(aligned.Hops.Count).Select(Text).Order(StringComparer.Ordinal);
                Assert.That(byAligned, Is.EqualTo(byMatcher));
            }

            return true;
        }, iter: 400, threads: 1);
        Assert.That(taken, Is.GreaterThan(100), "the short way was taken often enough to be compared");
    }

    private static IEnumerable<TrailPackets> Trails(Observations observations, TransmissionMemory memory)
    {
        var windows = new SpillWindows();
        for (var file = 0; file < observations.Files; file++)
        {
            for (var t = 0; t < observations.Trails(file); t++)
            {
                var number = new TrailNumber(file, t);
                yield return new TrailPackets(observations.Trail(number), file, observations.Read(number, int.MaxValue, windows, memory.RecordTaker));
            }
        }
    }

    private static IEnumerable<int> Members(TransmissionSet set, int head)
    {
        for (var k = head; k >= 0; k = set.Next(k))
            yield return k;
    }

    private static string Text(IEnumerable<Observation> copies) => string.Join(' ', copies.Select(SyntheticCapture.Name).Order(StringComparer.Ordinal));
}
