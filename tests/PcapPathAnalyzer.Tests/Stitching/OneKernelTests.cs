using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Stitching;

/// <summary>The nodes of these bundles ran on one kernel, so that their clocks are one. Others on the network between them sent packets that both saw, and that went from neither to the other.</summary>
public sealed class OneKernelTests
{
    [TestCase("any-capture")]
    [TestCase("dns")]
    [TestCase("no-endpoints")]
    [TestCase("nodeport")]
    [TestCase("pod-to-pod")]
    [TestCase("service")]
    public void Its_clock_is_told_to_be_the_same_on_both_nodes(string bundle)
    {
        var clock = Analyses.Of(bundle).Clocks.Estimates.Single(static e => e.Name == "node-b");
        Assert.That(Math.Abs(clock.Offset), Is.LessThanOrEqualTo(1_000), $"{clock}");
    }
}
