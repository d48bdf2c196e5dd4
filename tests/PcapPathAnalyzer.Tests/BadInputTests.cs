using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests;

/// <summary>Bad input is normal: one clear word that names file and place, and the rest is analyzed.</summary>
public sealed class BadInputTests
{
    private string folder = "";

    [SetUp]
    public void CopyBundle()
    {
        folder = TestData.Copy(TestData.Bundle("service"), Path.Combine(TestContext.CurrentContext.WorkDirectory, Path.GetRandomFileName()));
    }

    [TearDown]
    public void RemoveBundle() => Directory.Delete(folder, recursive: true);

    [Test]
    public void A_missing_folder_is_named()
    {
        var error = Assert.Throws<BundleException>(() => BundleReader.Read(folder + "-not-there"));
        Assert.That(error!.Message, Does.Contain(folder + "-not-there"));
    }

    [Test]
    public void An_empty_bundle_is_named()
    {
        var empty = Directory.CreateDirectory(Path.Combine(folder, "empty")).FullName;
        var error = Assert.Throws<BundleException>(() => BundleReader.Read(empty));
        Assert.That(error!.Message, Does.Contain("empty").And.Contain("no capture and no dump"));
    }

    [Test]
    public void A_capture_cut_in_a_record_is_read_up_to_there_and_the_rest_of_the_bundle_in_full()
    {
        var whole = Analyze();
        Cut("node-a/eth0.pcap", 700);
        var cut = Analyze();
        var finding = cut.Findings.Single(f => f.Code == "capture-truncated");
        Assert.That(finding.Location!.Value.File, Is.EqualTo("node-a/eth0.pcap"));
        Assert.That(cut.Flows.Select(f => f.Requested), Is.EqualTo(whole.Flows.Select(f => f.Requested)));
        Assert.That(cut.Flows.Select(f => f.Outcome), Is.EqualTo(whole.Flows.Select(f => f.Outcome)));
        Assert.That(cut.CapturePoints.Single(p => p.File == "node-a/eth0.pcap").Frames, Is.GreaterThan(0));
    }

    [Test]
    public void A_text_of_no_known_kind_is_named_and_costs_nothing()
    {
        var whole = Analyze();
        File.WriteAllText(Path.Combine(folder, "node-a", "notes.txt"), "Dear colleague,\nthe pods are sad today.\n");
        var result = Analyze();
        Assert.That(result.Findings.Where(f => f.Location?.File == "node-a/notes.txt").Select(f => f.Code), Is.EqualTo(new[] { "unreadable-input" }));
        Assert.That(result.Flows, Has.Count.EqualTo(whole.Flows.Count));
    }

    [Test]
    public void A_dump_cut_in_a_line_is_read_up_to_there_and_the_line_is_named()
    {
        var rules = Path.Combine(folder, "node-a", "iptables-save.txt");
        var text = File.ReadAllText(rules);
        var at = text.IndexOf("--to-destination", StringComparison.Ordinal) + 10;
        File.WriteAllText(rules, text[..at]);
        var result = Analyze();
        var finding = result.Findings.First(f => f.Location?.File == "node-a/iptables-save.txt");
        Assert.That(finding.Location!.Value.Line, Is.EqualTo(text[..at].Count(c => c == '\n') + 1));
        Assert.That(result.Network.Find("node-a")!.Tables.Select(t => t.Name), Does.Contain("filter").And.Contain("nat"));
        Assert.That(result.Flows.Count(f => f.Served is not null), Is.GreaterThanOrEqualTo(12));
    }

    private AnalysisResult Analyze() => PathAnalyzer.Analyze(BundleReader.Read(folder));

    private void Cut(string file, int length)
    {
        using var stream = File.OpenWrite(Path.Combine(folder, file));
        stream.SetLength(length);
    }
}
