using CsCheck;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Clocks;

namespace PcapPathAnalyzer.Tests.Stitching;

/// <summary>Offset and drift of a clock are recovered within their uncertainty from the packets that both nodes saw.</summary>
public sealed class ClockProperties
{
    private const long Second = 1_000_000_000;

    private static readonly Gen<(Trouble Trouble, int Seconds)> Drifting =
        from skew in Gen.Long[-3_600 * Second, 3_600 * Second]
        from ppm in Gen.Int[20, 500]
        from isSlow in Gen.Bool
        from seconds in Gen.Int[20, 600]
        from loss in Gen.Int[0, 50]
        from seed in Gen.UInt
        select (new Trouble { Skew = skew, DriftPpm = isSlow ? -ppm : ppm, Loss = loss, Seed = seed, Requests = 3 }, seconds);

    [Test]
    public void Offset_and_drift_of_a_clock_are_recovered() => Drifting.Sample(p =>
    {
        var (flows, clocks) = Play(p.Trouble, p.Seconds);
        var estimate = clocks.Estimates.Single(c => c.Name == "node-b");
        Assert.That(estimate.DriftUncertaintyPpm, Is.Not.Null, $"{p}");
        // In parts of its own seconds, which are the longer or shorter ones.
        var drift = p.Trouble.DriftPpm / (1 + (p.Trouble.DriftPpm / 1e6));
        Assert.That(Math.Abs(estimate.DriftPpm - drift), Is.LessThanOrEqualTo(estimate.DriftUncertaintyPpm!.Value + 0.1));
        foreach (var at in new[] { SyntheticCapture.Start, SyntheticCapture.Start + (p.Seconds * Second) })
        {
            var ahead = p.Trouble.Skew + ((at - SyntheticCapture.Start) / 1_000_000 * p.Trouble.DriftPpm);
            Assert.That(Math.Abs(estimate.OffsetAt(at + ahead) - ahead), Is.LessThanOrEqualTo(estimate.Uncertainty!.Value), "the offset at both ends lies within its uncertainty");
        }

        foreach (var way in flows.SelectMany(f => new[] { f.Forward, f.Reply }))
            Assert.That(way.Hops.All(h => !(h.Latency < -clocks.LatencyUncertainty(way, h.Number - 1))), "no packet arrives before it was sent");
        return true;
    }, iter: 60);

    [Test]
    public void No_drift_is_claimed_of_clocks_that_run_alike() => Drifting.Sample(p =>
    {
        var (_, clocks) = Play(p.Trouble with { DriftPpm = 0 }, p.Seconds);
        var estimate = clocks.Estimates.Single(c => c.Name == "node-b");
        Assert.That(estimate.DriftUncertaintyPpm, Is.Null);
        Assert.That(estimate.DriftPpm, Is.Zero);
        return true;
    }, iter: 60);

    /// <summary>However short the time was in which the clocks were compared, and however far from it.</summary>
    [Test]
    public void The_offset_lies_within_its_uncertainty_at_any_time()
    {
        var any = from skew in Gen.Long[-3_600 * Second, 3_600 * Second] from ppm in Gen.Int[-200, 200] from seconds in Gen.Int[0, 60] from loss in Gen.Int[0, 50] from seed in Gen.UInt select (Trouble: new Trouble { Skew = skew, DriftPpm = ppm, Loss = loss, Seed = seed, Requests = 3 }, seconds);
        any.Sample(p =>
        {
            var (_, clocks) = Play(p.Trouble, p.seconds);
            var estimate = clocks.Estimates.Single(c => c.Name == "node-b");
            for (var at = -3 * 3_600; at <= 3 * 3_600; at += 20)
            {
                var ahead = p.Trouble.Skew + (at * 1_000L * p.Trouble.DriftPpm);
                var shown = SyntheticCapture.Start + (at * Second) + ahead;
                Assert.That(Math.Abs(estimate.OffsetAt(shown) - ahead), Is.LessThanOrEqualTo(estimate.UncertaintyAt(shown)!.Value + 1), $"{at} s, {estimate}");
            }

            Assert.That(estimate.UncertaintyAt(estimate.Epoch), Is.EqualTo(estimate.Uncertainty), "it grows only outside the time in which clocks were compared");
            return true;
        }, iter: 100);
    }

    [Test]
    public void A_corrected_time_leads_back_to_the_captured_one()
    {
        var clock = new ClockEstimate("n", 300_000_000, 1, 1, "test") { DriftPpm = 123.456, DriftUncertaintyPpm = 1, Epoch = Second };
        Gen.Long[0, 1_000_000_000].Sample(micros => clock.Captured((micros * 1000) - clock.OffsetAt(micros * 1000)) == micros * 1000);
    }

    // A connection a second.
    private static StitchResult Play(Trouble trouble, int seconds)
    {
        using var play = new SyntheticCapture();
        for (var i = 0; i <= seconds; i++)
            play.Add(trouble with { Seed = trouble.Seed + (uint)i, ClientPort = (ushort)(30_000 + i) }, SyntheticCapture.Start + (i * Second));
        return play.Stitch();
    }
}
