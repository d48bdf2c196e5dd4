using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests;

/// <summary>Every flow of every bundle in testdata, held against what the applications, the kernel's rule trace and the payloads say.</summary>
[TestFixtureSource(typeof(TestData), nameof(TestData.BundleNames))]
public sealed class BundleTruthTests(string bundle)
{
    private AnalysisResult result = null!;
    private IReadOnlyList<TruthFlow> truth = [];
    private Dictionary<(string File, long Frame), (Flow Flow, Transmission Packet)> seen = [];

    [OneTimeSetUp]
    public void Analyze()
    {
        result = PathAnalyzer.Analyze(BundleReader.Read(TestData.Bundle(bundle)));
        truth = Truth.Read(bundle);
        seen = [];
        foreach (var flow in result.Flows)
        {
            foreach (var t in flow.Forward.Transmissions.Concat(flow.Reply.Transmissions))
            {
                foreach (var o in t.Observations)
                    Assert.That(seen.TryAdd((result.CapturePoints[o.Point].File, o.Frame), (flow, t)), Is.True, "a frame belongs to one packet");
            }
        }
    }

    [Test]
    public void Each_request_and_each_reply_is_one_packet_at_exactly_the_frames_that_carry_it()
    {
        foreach (var (flow, group) in truth.SelectMany(f => f.Observations.GroupBy(o => (o.IsReply, o.IpId)).Select(g => (f, g))))
        {
            var packets = group.Select(o => seen[(o.File, o.Frame)].Packet).Distinct().ToList();
            Assert.That(packets, Has.Count.EqualTo(1), $"{flow.Token} {group.Key}");
            var frames = packets[0].Observations.Select(o => (result.CapturePoints[o.Point].File, (long)o.Frame));
            Assert.That(frames, Is.EquivalentTo(group.Select(o => (o.File, o.Frame))), $"{flow.Token} {group.Key}");
            Assert.That(packets[0].IsReply, Is.EqualTo(group.Key.IsReply));
        }
    }

    [Test]
    public void Hops_follow_the_clock_of_each_node_but_for_what_a_bridge_switches_past_its_tap()
    {
        foreach (var (_, packet) in seen.Values.Distinct())
        {
            var times = packet.Observations.Where(o => result.CapturePoints[o.Point].Device is not { IsBridge: true }).GroupBy(o => result.CapturePoints[o.Point].Clock, StringComparer.Ordinal).Select(g => g.Select(o => o.Time).ToList());
            foreach (var clock in times)
                Assert.That(clock, Is.Ordered);
        }
    }

    [Test]
    public void No_packet_arrives_before_it_left() => Assert.That(result.BelowNothing(), Is.Empty);

    [Test]
    public void Each_flow_has_the_ends_and_translations_that_the_applications_saw()
    {
        foreach (var f in truth.Where(f => f.ClientAddress is not null))
        {
            var row = FlowOf(f);
            Assert.That(row.Outcome is FlowOutcome.Completed or FlowOutcome.Open, Is.EqualTo(f.Outcome == "ok"), $"{f.Token} {row.Outcome}");
            if (f.Server is not { } server)
                continue;
            if (server.Local.Address is not ("0.0.0.0" or "::"))
                Assert.That((row.Served?.Destination.ToString(), (int?)row.Served?.DestinationPort), Is.EqualTo((server.Local.Address, server.Local.Port)));
            Assert.That((row.Served?.Source.ToString(), (int?)row.Served?.SourcePort), Is.EqualTo((server.Peer.Address, server.Peer.Port)));
            Assert.That(row.ServerNamespace, Does.EndWith("/" + server.Pod));
        }
    }

    [Test]
    public void Each_DNAT_cites_the_rule_that_the_kernels_trace_names()
    {
        var kernel = Truth.KernelDnat(bundle);
        foreach (var f in truth.Where(f => f.ClientAddress is not null))
        {
            if (!kernel.TryGetValue((f.ClientAddress!.Value.Address, f.ClientAddress.Value.Port, f.RequestedAddress), out var rule))
                continue;
            var cited = FlowOf(f).Forward.Hops.SelectMany(h => h.Actions).Where(a => a.Name == "dnat").Select(a => a.Citation).ToList();
            Assert.That(cited, Has.Count.EqualTo(1));
            Assert.That(cited[0], Is.Not.Null, f.Token);
            Assert.That(cited[0]!.Text, Is.EqualTo(rule));
            var line = File.ReadAllLines(Path.Combine(TestData.Bundle(bundle), cited[0]!.Location.File))[cited[0]!.Location.Line - 1].Trim();
            Assert.That(line, Is.EqualTo(rule));
            Assert.That(cited[0]!.Path, Is.Not.Empty, "the jumps that led there");
        }
    }

    [Test]
    public void Healthy_traffic_raises_no_error()
    {
        var failing = truth.Where(f => f.Outcome != "ok" && f.ClientAddress is not null).Select(FlowOf).ToHashSet();
        Assert.That(result.Findings.Where(f => f.Severity == Severity.Error && !f.Flows.Any(failing.Contains)), Is.Empty);
    }

    private Flow FlowOf(TruthFlow f)
    {
        var (address, port) = f.ClientAddress!.Value;
        var rows = result.Flows.Where(x => x.Requested.Source.ToString() == address && x.Requested.SourcePort == port
            && x.Requested.Destination.ToString() == f.RequestedAddress && x.Requested.DestinationPort == f.RequestedPort).ToList();
        Assert.That(rows, Has.Count.EqualTo(1), $"{f.Token}: one flow {address}:{port} > {f.To}");
        return rows[0];
    }
}
