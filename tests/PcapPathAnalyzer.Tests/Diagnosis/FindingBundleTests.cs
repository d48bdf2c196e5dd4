using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Diagnosis;

/// <summary>One small bundle per cause, and lookalikes that have it not: see testdata/README.md, bundles-findings.</summary>
[TestFixtureSource(nameof(Names))]
public sealed class FindingBundleTests(string name)
{
    private AnalysisResult result = null!;
    private JObject expected = [];

    private static string Folder => Path.Combine(TestData.Folder, "bundles-findings");

    public static IEnumerable<string> Names() => Directory.GetDirectories(Folder).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal);

    [OneTimeSetUp]
    public void Analyze()
    {
        expected = JObject.Parse(File.ReadAllText(Path.Combine(Folder, name, "expected.json")));
        result = PathAnalyzer.Analyze(BundleReader.Read(Path.Combine(Folder, name, "bundle")));
    }

    [Test]
    public void No_packet_arrives_before_it_left() => Assert.That(result.BelowNothing(), Is.Empty);

    [Test]
    public void The_cause_is_named_where_it_is_and_a_lookalike_raises_nothing()
    {
        if ((string?)expected["absent"] is { } absent)
        {
            Assert.That(result.Findings.Where(f => f.Code == absent || absent == "*" || (Enum.TryParse<Severity>(absent, ignoreCase: true, out var severity) && f.Severity >= severity)).Select(Text), Is.Empty);
            return;
        }

        var hits = result.Findings.Where(f => f.Code == (string?)expected["code"] && f.Namespace == (string?)expected["namespace"]).ToList();
        Assert.That(hits, Has.Count.EqualTo(1), string.Join('\n', result.Findings.Select(Text)));
        if ((string?)expected["file"] is { } file)
        {
            Assert.That($"{hits[0].Location?.File}:{hits[0].Location?.Line}", Is.EqualTo($"{file}:{expected["line"]}"), Text(hits[0]));
            Assert.That(File.ReadAllLines(Path.Combine(Folder, name, "bundle", file))[hits[0].Location!.Value.Line - 1], Does.Contain((string)expected["cause"]!));
        }
    }

    [Test]
    public void What_comes_with_the_cause_is_named_and_what_it_resembles_is_not()
    {
        var found = result.Findings.Select(f => f.Code).ToHashSet();
        foreach (var code in expected["also"]?.Values<string>() ?? [])
            Assert.That(found, Does.Contain(code));
        foreach (var code in expected["lookalike"]?.Values<string>() ?? [])
            Assert.That(result.Findings.Where(f => f.Code == code && f.Severity > Severity.Info && !IsChance(f)).Select(Text), Is.Empty);
        return;

        // Loss by chance is told and is no fault.
        bool IsChance(Finding f) => (string?)expected["absent"] == "error" && f.Severity < Severity.Error;
    }

    [Test]
    public void Nothing_else_is_an_error()
    {
        var others = result.Findings.Where(f => f.Severity == Severity.Error && f.Code != (string?)expected["code"]);
        Assert.That(others.Select(Text), Is.Empty);
    }

    [Test]
    public void A_failed_flow_has_one_cause()
    {
        foreach (var flow in result.Flows.Where(f => f.Outcome is not (FlowOutcome.Completed or FlowOutcome.Open)))
            // A connection that was closed with RST after it was of use failed in name only.
            Assert.That(result.Findings.Where(f => (f.Severity > Severity.Info || flow.Outcome == FlowOutcome.Reset) && f.Flows.Contains(flow)).Select(Text).ToList(), Has.Count.EqualTo(1), $"{flow.Id} {flow.Requested} {flow.Outcome}");
    }

    [Test]
    public void An_ICMP_error_is_one_packet_however_often_it_and_its_quote_are_translated()
    {
        foreach (var flow in result.Flows)
        {
            var errors = flow.Forward.Transmissions.Concat(flow.Reply.Transmissions).Where(t => t.IsIcmpError).Select(t => t.Observations[0].Identification).Where(i => i != 0);
            Assert.That(errors, Is.Unique, flow.Id);
        }
    }

    [Test]
    public void Every_frame_that_is_cited_exists()
    {
        foreach (var frame in result.Findings.SelectMany(f => f.Evidence))
        {
            var points = result.CapturePoints.Where(p => p.File == frame.File).ToList();
            Assert.That(points, Is.Not.Empty, frame.ToString());
            Assert.That(frame.Frame, Is.InRange(1, points.Sum(p => p.Frames)));
        }

        Assert.That(result.Findings.Where(f => f.Severity == Severity.Error && f.Flows.Any() && f.Evidence.Count == 0).Select(Text), Is.Empty, "an error about flows shows frames");
    }

    private static string Text(Finding f) => $"{f.Severity} {f.Code} {f.Namespace} {f.Location}: {f.Message}";
}
