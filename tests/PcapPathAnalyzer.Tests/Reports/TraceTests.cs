using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Reports;
using PcapPathAnalyzer.Reports.Tracing;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Reports;

public sealed class TraceTests
{
    [TestCaseSource(typeof(TestData), nameof(TestData.BundleNames))]
    public void Each_frame_of_a_request_leads_to_the_same_trace_of_all_its_frames(string bundle)
    {
        var result = Analyses.Of(bundle);
        foreach (var group in Truth.Read(bundle).Take(3).SelectMany(f => f.Observations.GroupBy(o => (o.IsReply, o.IpId))))
        {
            var frames = group.Select(o => new FrameLocation(o.File, o.Frame)).ToList();
            foreach (var frame in frames)
            {
                var trace = Trace.OfFrame(result, frame);
                Assert.That(trace, Is.Not.Null, $"{frame}");
                Assert.That(trace!.Steps.Select(s => s.Frame), Is.EquivalentTo(frames));
                Assert.That(trace.Steps.Select(s => s.IsReply), Has.All.EqualTo(group.Key.IsReply));
            }
        }
    }

    [Test]
    public void A_trace_of_a_dropped_packet_ends_at_the_dropping_rule()
    {
        var result = Analyses.Of("policy-drop");
        var trace = Trace.OfFrame(result, new FrameLocation("node-b/flannel.1.pcap", 1))!;
        var end = trace.Ends.Single();
        Assert.That(end.Verdict, Is.EqualTo("lost"));
        Assert.That(end.Findings.Select(f => f.Code), Is.EqualTo(new[] { "dropped-by-rule" }));
        var text = string.Join('\n', new TraceText(new TextStyle(false)).Lines(result, trace));
        Assert.That(text, Does.Contain("becomes 10.244.0.5:").And.Contain("node-b/iptables-save.txt:39").And.Contain("sent to 10.244.1.7:8080").And.Not.Contain("answered by"));
    }

    [Test]
    public void Deltas_add_up_to_the_time_between_the_first_and_the_last_step()
    {
        var result = Analyses.Of("nodeport");
        foreach (var flow in result.Flows)
        {
            foreach (var packet in flow.Forward.Transmissions.Concat(flow.Reply.Transmissions))
            {
                var o = packet.Observations[0];
                var steps = Trace.OfFrame(result, new FrameLocation(result.CapturePoints[o.Point].File, o.Frame))!.Steps;
                Assert.That(steps.Sum(s => s.Delta ?? 0), Is.EqualTo(steps[^1].Corrected!.Value - steps[0].Corrected!.Value));
            }
        }
    }

    [Test]
    public async Task The_command_prints_the_same_as_JSON()
    {
        var run = await CommandLine.RunAsync("trace", TestData.Bundle("nodeport"), "--flow", "f2", "--format", "json");
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        var json = JObject.Parse(run.Output);
        var forward = json["steps"]!.Where(s => (string?)s["direction"] == "forward").ToList();
        Assert.That(forward.Select(s => (string?)s["namespace"]).Distinct(), Is.EqualTo(new[] { "client", "node-a", "node-b", "node-b/pods/web-1" }));
        Assert.That(forward.SelectMany(s => s["actions"]!).Select(a => (string?)a["action"]), Does.Contain("dnat").And.Contain("masquerade").And.Contain("vxlan-encap"));
        Assert.That(json["ends"]!.Select(e => (string?)e["verdict"]), Is.EqualTo(new[] { "arrived", "arrived" }));
    }

    [TestCase("--flow", "f999", "f999")]
    [TestCase("node-a/eth0.pcap#0", null, "node-a/eth0.pcap#0")]
    [TestCase("nowhere.pcap#1", null, "nowhere.pcap")]
    [TestCase("eth0.pcap#1", null, "captures fit")]
    [TestCase("node-a/eth0.pcap#999999", null, "node-a/eth0.pcap#999999")]
    public async Task What_cannot_be_traced_is_named_in_one_line(string first, string? second, string named)
    {
        var run = await CommandLine.RunAsync([.. new[] { "trace", TestData.Bundle("service"), first, second }.OfType<string>()]);
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Errors, Does.Contain(named));
        Assert.That(run.Errors.TrimEnd(), Does.Not.Contain('\n'));
        Assert.That(run.Bytes, Is.Empty);
    }
}
