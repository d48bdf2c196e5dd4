using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Diagnosis;

/// <summary>What captures show by themselves.</summary>
public sealed class WithoutDumpsTests
{
    [TestCase("neighbor-failed", "neighbor-failed", "node-a")]
    [TestCase("stale-endpoint", "stale-endpoint", "node-b")]
    public void Questions_that_nobody_answers_are_seen_without_any_dump(string bundle, string code, string place)
    {
        var folder = TestData.Copy(TestData.FindingBundle(bundle), ScratchFolder.Create("captures"), static (file, target) =>
        {
            if (Path.GetExtension(file) == ".pcap")
                File.Copy(file, target);
        });
        Assert.That(PathAnalyzer.Analyze(BundleReader.Read(folder)).Findings.Select(f => (f.Code, f.Namespace, f.Confidence)), Does.Contain((code, place, "proven")));
    }
}
