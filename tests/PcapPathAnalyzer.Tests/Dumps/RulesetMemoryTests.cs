using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;

namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary>What a large ruleset costs in memory; time and the peak of a process are measured by the benchmarks' <c>rules</c>.</summary>
public class RulesetMemoryTests
{
    private const int Services = 2_000;
    private const int Endpoints = 6;

    [Test]
    public void Rules_of_a_large_kube_proxy_ruleset_take_less_than_two_thousand_bytes_each_to_read_and_half_of_that_to_keep()
    {
        var content = KubeProxyRuleset.Write(Services, Endpoints);
        DumpReaders.Read("warm", KubeProxyRuleset.Write(1, Endpoints));
        var (allocated, kept) = (GC.GetAllocatedBytesForCurrentThread(), GC.GetTotalMemory(forceFullCollection: true));

        var document = DumpReaders.Read("rules", content);

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        kept = GC.GetTotalMemory(forceFullCollection: true) - kept;
        var rules = document.Records.OfType<IptablesTable>().Single().Chains.Values.Sum(static c => c.Rules.Count);
        Assert.Multiple(() =>
        {
            Assert.That(rules, Is.EqualTo((Services * KubeProxyRuleset.RulesPerService(Endpoints)) + 3));
            Assert.That(allocated / rules, Is.LessThan(2_000));
            Assert.That(kept / rules, Is.LessThan(1_000));
        });
    }
}
