using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Commands;

public sealed class FailOnTests
{
    [TestCase("dropped-by-rule", "error", 1)]
    [TestCase("dropped-by-rule", "info", 1)]
    [TestCase("lost-by-chance", "error", 0)]
    [TestCase("lost-by-chance", "warning", 1)]
    [TestCase("healthy", "warning", 0)]
    [TestCase("healthy", "dire", 2)]
    public async Task Analyze_fails_on_a_finding_that_bad_and_writes_its_results_all_the_same(string bundle, string severity, int exitCode)
    {
        var root = ScratchFolder.Create("fail-on");
        try
        {
            var run = await CommandLine.RunAsync("analyze", Path.Combine(TestData.Folder, "bundles-findings", bundle, "bundle"), "--out", root, "--format", "csv", "--fail-on", severity);
            Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Errors);
            Assert.That(File.Exists(Path.Combine(root, "findings.csv")), Is.EqualTo(exitCode != 2));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Test]
    public async Task A_trace_of_a_flow_ends_at_the_cause_that_the_dumps_foretell()
    {
        var bundle = Path.Combine(TestData.Folder, "bundles-findings", "foretold-dropped-by-rule", "bundle");
        var run = await CommandLine.RunAsync("trace", bundle, "node-a/pods/client-0/eth0.pcap#4");
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        Assert.That(run.Output, Does.Contain("dropped-by-rule").And.Contain("node-b/iptables-save.txt:39"));
    }
}
