using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary>Rulesets with every match and target, as iptables 1.8.9 printed them after the kernel had taken them.</summary>
public sealed class EveryExtensionTests
{
    private static readonly string[] Files =
        ["every-extension.iptables-nft-save.txt", "every-extension.iptables-legacy-save.txt", "every-extension.ip6tables-nft-save.txt"];

    [TestCaseSource(nameof(Files))]
    public void Every_option_is_understood(string file) =>
        Assert.That(DumpFiles.Read(file).Problems.Select(p => p.ToString()), Is.Empty);

    [TestCaseSource(nameof(Files))]
    public void Every_rule_line_is_a_rule_with_its_text(string file)
    {
        var lines = File.ReadAllLines(DumpFiles.PathOf(file));
        var rules = DumpFiles.Rules(DumpFiles.Read(file)).OrderBy(r => r.Location.Line).ToArray();
        Assert.That(rules.Select(r => r.Text), Is.EqualTo(lines.Where(l => l.StartsWith("-A ", StringComparison.Ordinal))));
        Assert.That(rules.Select(r => lines[r.Location.Line - 1]), Is.EqualTo(rules.Select(r => r.Text)));
    }

    [TestCaseSource(nameof(Files))]
    public void A_rule_spelt_from_its_values_reads_as_the_kernel_s_own(string file)
    {
        var rules = DumpFiles.Rules(DumpFiles.Read(file)).ToArray();
        Assert.That(rules.Select(r => Canonical(IptablesSaveWriter.Rule(r.Chain, r.Matches, r.Target))), Is.EqualTo(rules.Select(r => Canonical(r.Text))));
    }

    // Two spellings of one thing: protocols by number, MAC addresses in capitals.
    private static string Canonical(string rule)
    {
        var words = rule.Replace("-p ipencap", "-p 4").Replace("-p vrrp", "-p 112").Replace("-p dccp", "-p 33").Replace("-p mobility-header", "-p 135")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => w.StartsWith("0x", StringComparison.Ordinal) || w.Count(c => c == ':') == 5 ? w.ToLowerInvariant() : w);
        return string.Join(' ', words);
    }
}
