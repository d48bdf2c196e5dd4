using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary>Every line of every ruleset is a record's, a heading's, or named by a problem; nothing is skipped in silence.</summary>
public sealed class RulesetAccountingTests
{
    [TestCase("iptables-save")]
    [TestCase("ip6tables-save")]
    public void Every_line_of_the_corpora_is_accounted_for(string kind)
    {
        var files = DumpFiles.Corpus(kind);
        var tally = new RulesetTally();
        foreach (var file in files)
            tally.Add(Path.GetFileName(file), File.ReadAllText(file));
        TestContext.Out.WriteLine($"{kind}: {tally}");
        foreach (var message in tally.Problems.GroupBy(p => p.Message).OrderByDescending(g => g.Count()).Take(40))
            TestContext.Out.WriteLine($"  {message.Count()} × {message.First()}");
        Assert.That(tally.Unaccounted, Is.Empty);
        Assert.That(tally.Lines, Is.GreaterThan(0));
    }
}
