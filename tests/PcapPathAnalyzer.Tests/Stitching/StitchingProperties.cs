using CsCheck;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Building;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Tests.Stitching;

/// <summary>A connection is made, put through trouble, and must be recovered as it was.</summary>
public sealed class StitchingProperties
{
    private static readonly Gen<Trouble> AnyTrouble =
        from dnat in Gen.Bool
        from masquerade in Gen.Bool
        from timestamps in Gen.Bool
        from skew in Gen.Long[-3_600_000_000_000, 3_600_000_000_000]
        from requests in Gen.Int[1, 12]
        from seed in Gen.UInt
        select new Trouble { Dnat = dnat, Masquerade = masquerade, HasTimestamps = timestamps, Skew = skew, Requests = requests, Seed = seed };

    [Test]
    public void Whatever_is_translated_and_however_wrong_the_clocks_each_transmission_is_found_whole() =>
        AnyTrouble.Sample(t => Recovers(t), iter: 300);

    [Test]
    public void Lost_packets_are_told_from_those_sent_again() =>
        AnyTrouble.Select(Gen.Int[0, 300], (t, loss) => t with { Loss = loss }).Sample(t => Recovers(t), iter: 300);

    [Test]
    public void Gaps_in_single_captures_tear_nothing_apart() =>
        AnyTrouble.Select(Gen.Int[0, 200], (t, gaps) => t with { Gaps = gaps, Requests = t.Requests + 4 }).Sample(t => Recovers(t), iter: 300);

    [Test]
    public void A_frame_captured_twice_is_still_one_packet() =>
        AnyTrouble.Select(Gen.Int[0, 300], (t, twice) => t with { Twice = twice }).Sample(t => Recovers(t), iter: 300);

    [Test]
    public void Super_segments_and_the_segments_made_of_them_are_one_transmission() =>
        AnyTrouble.Select(Gen.Int[2, 40], (t, offload) => t with { Offload = offload }).Sample(t => Recovers(t), iter: 200);

    [Test]
    public void A_few_capture_points_are_enough_when_both_sides_of_a_translation_are_among_them() =>
        AnyTrouble.Select(Gen.Bool.Array[SyntheticNetwork.Points], (t, points) => t with { Captured = Enough(points) }).Sample(t => Recovers(t), iter: 300);

    [Test]
    public void Where_one_direction_was_captured_its_acknowledgments_show_that_the_other_was_there() =>
        AnyTrouble.Sample(t =>
        {
            using var play = new SyntheticCapture();
            play.Add(t with { ForwardOnly = true }, 1_000_000_000);
            var (flows, clocks) = play.Stitch();
            Assert.That(flows, Has.Count.EqualTo(1));
            Assert.That(OutcomeJudge.Judge(flows[0]), Is.EqualTo(FlowOutcome.Completed));
            Assert.That(clocks.Estimates.Single(c => c.Name == "node-b").Uncertainty, Is.Null, "one direction cannot tell the transit time from the offset");
            return true;
        }, iter: 100);

    [Test]
    public void Many_connections_to_one_service_stay_apart() =>
        AnyTrouble.Select(Gen.Int[2, 60], (t, n) => (t, n)).Sample(p =>
        {
            using var play = new SyntheticCapture();
            for (var i = 0; i < p.n; i++)
                play.Add(p.t with { Seed = p.t.Seed + (uint)i, ClientPort = (ushort)(30_000 + i) }, i * 50_000L);
            var flows = play.Stitch().Flows;
            return flows.Count == p.n && flows.TrueForAll(f => f.Retransmissions == 0 && f.Forward.Packets == p.t.Requests + 3);
        }, iter: 60);

    [Test]
    public void However_little_memory_there_is_and_however_many_threads_the_result_is_the_same() =>
        AnyTrouble.Select(Gen.Int[0, 100], (t, gaps) => t with { Gaps = gaps, Requests = 12 }).Sample(t =>
        {
            Assert.That(Told(partition: 200, memory: 0), Is.EqualTo(Told(partition: 1 << 20, memory: 1 << 30)));
            return true;

            string Told(int partition, long memory)
            {
                using var play = new SyntheticCapture(memory);
                for (var i = 0; i < 40; i++)
                    play.Add(t with { Seed = t.Seed + (uint)i, ClientPort = (ushort)(30_000 + i) }, i * 50_000L);
                var (flows, _) = play.Stitch(partition);
                return string.Join('\n', flows.Select(f => $"{f.Number} {f.Requested} {f.Served} {f.FirstTime} {string.Join(' ', f.Forward.Transmissions.Concat(f.Reply.Transmissions).Select(x => $"{x.Number}:{string.Join(',', x.Observations.Select(SyntheticCapture.Name))}"))}"));
            }
        }, iter: 20);

    // The client's own interface, and one point behind each translation.
    private static bool[] Enough(bool[] points)
    {
        points[0] = points[2] = points[3] = points[9] = true;
        return points;
    }

    private static bool Recovers(Trouble trouble)
    {
        using var play = new SyntheticCapture();
        var connection = play.Add(trouble, 1_000_000_000);
        var (flows, clocks) = play.Stitch();
        Assert.That(flows, Has.Count.EqualTo(1), "one connection is one flow");
        var flow = flows[0];
        var found = flow.Forward.Transmissions.Concat(flow.Reply.Transmissions).Select(t => string.Join(' ', t.Observations.Select(SyntheticCapture.Name).Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal).ToList();
        var truth = connection.Transmissions.Where(t => t.Count > 0).Select(t => string.Join(' ', t.Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal).ToList();
        Assert.That(found, Is.EqualTo(truth));
        Assert.That(flow.Requested.Source, Is.EqualTo(SyntheticNetwork.Client));
        if (trouble.Gaps == 0)
        {
            Assert.That(flow.Retransmissions, Is.EqualTo(connection.Retransmissions));
            Assert.That(flow.Forward.Hops.Select(h => h.Point.Index), Is.Ordered.And.Unique);
            Assert.That(flow.Reply.Hops.Select(h => h.Point.Index), Is.Ordered.Descending.And.Unique);
        }

        var estimate = clocks.Estimates.Single(c => c.Name == "node-b");
        Assert.That(Math.Abs(estimate.Offset - trouble.Skew), Is.LessThanOrEqualTo(estimate.Uncertainty ?? long.MaxValue), "the clock's offset lies within its uncertainty");
        Assert.That(flow.Forward.Hops.Concat(flow.Reply.Hops).Min(h => h.Latency ?? 0), Is.GreaterThanOrEqualTo(-(estimate.Uncertainty ?? 0)));
        return true;
    }
}
