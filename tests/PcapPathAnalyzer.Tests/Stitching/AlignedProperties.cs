using CsCheck;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Matching;
using PcapPathAnalyzer.Stitching.Observing;

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
            var items = new List<Observation>();
            for (var file = 0; file < observations.Files; file++)
                observations.ForEach(file, consume: false, block => { items.AddRange(block.ToArray()); return true; });
            var all = items.ToArray();
            // By tuple: the legs of one way, as a flow's direction would hold them.
            foreach (var way in Enumerable.Range(0, all.Length).GroupBy(i => IsReply(observations.Tables, all[i])))
            {
                var indices = way.ToArray();
                var aligned = new AlignedCopies(observations.Tables);
                if (!aligned.TryAlign(all, indices))
                    continue;
                taken++;
                var matcher = new TransmissionMatcher(observations.Tables);
                matcher.Match(all, indices, indices.Length);
                var byMatcher = matcher.Set.Heads.Select(h => Members(matcher.Set, h, indices)).Order(StringComparer.Ordinal);
                var byAligned = Enumerable.Range(0, aligned.Packets).Select(k => Text(Enumerable.Range(0, aligned.Hops).Select(hop => aligned.Cells[(hop * aligned.Packets) + k]))).Order(StringComparer.Ordinal);
                Assert.That(byAligned, Is.EqualTo(byMatcher));
            }

            return true;
        }, iter: 400, threads: 1);
        Assert.That(taken, Is.GreaterThan(100), "the short way was taken often enough to be compared");
    }

    private static bool IsReply(ObservationTables tables, in Observation o) => tables.Tuples[o.Tuple].SourcePort is 80 or 8080;

    private static string Members(TransmissionSet set, int head, int[] indices)
    {
        var members = new List<int>();
        for (var k = head; k >= 0; k = set.Next(k))
            members.Add(indices[k]);
        return Text(members);
    }

    private static string Text(IEnumerable<int> members) => string.Join(' ', members.Order());
}
