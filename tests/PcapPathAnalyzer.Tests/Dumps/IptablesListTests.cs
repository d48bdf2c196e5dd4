using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary>Listings (<c>iptables -L</c>) and <c>iptables -S</c> are held against what iptables-save printed of the same kernel state.</summary>
public sealed class IptablesListTests
{
    private static readonly string[] Tables = ["filter", "nat", "mangle", "raw"];

    // What no listing says enough of to spell it.
    private static readonly string[] Untold = ["limit: up to", "TIME", "bpf", "sctp", "HMARK", "frag", "rt", "hbh", "dst", "ipv6header", "mh"];

    [TestCase("iptables-nft")]
    [TestCase("iptables-legacy")]
    [TestCase("ip6tables-nft")]
    public void A_listing_tells_the_same_rules_as_iptables_save(string program)
    {
        var saved = Rules(DumpFiles.Read($"every-extension.{program}-save.txt"));
        var document = DumpFiles.Read($"iptables-list/every-extension.{program}-nvL.txt");
        var listed = Rules(document);
        Assert.That(document.Problems, Is.Empty);
        Assert.That(listed.Keys, Is.EquivalentTo(saved.Keys));
        foreach (var (place, rule) in listed)
        {
            // ip6tables lists eui64 without a word.
            if (saved[place].Text.Contains("eui64", StringComparison.Ordinal))
                continue;
            if (rule.IsPartial)
                Assert.That(Untold.Any(word => rule.Text.Contains(word, StringComparison.Ordinal)), rule.Text);
            else
                Assert.That(Spelt(rule), Is.EqualTo(Spelt(saved[place])), $"{place}: {rule.Text}");
        }
    }

    [TestCase("iptables-nft")]
    [TestCase("iptables-legacy")]
    [TestCase("ip6tables-nft")]
    public void Rules_listed_by_S_are_those_of_iptables_save(string program)
    {
        var saved = Rules(DumpFiles.Read($"every-extension.{program}-save.txt"));
        var document = DumpFiles.Read($"iptables-rules/every-extension.{program}-S-v.txt");
        Assert.That(document.Problems, Is.Empty);
        Assert.That(document.Records.Cast<IptablesTable>().Select(t => t.Name), Is.EqualTo(new[] { "filter", "nat", "mangle", "raw", "security" }));
        Assert.That(Rules(document).ToDictionary(r => r.Key, r => r.Value.Text), Is.EquivalentTo(saved.ToDictionary(r => r.Key, r => r.Value.Text)));
        Assert.That(Rules(document).Values.All(r => r is { Packets: 0, Bytes: 0 }));
    }

    [Test]
    public void Without_v_a_listing_does_not_tell_interfaces()
    {
        var rules = Rules(DumpFiles.Read("iptables-list/every-extension.iptables-nft-nL.txt")).Values;
        Assert.That(rules.All(r => r.IsPartial && r.Matches.OfType<UnknowableMatch>().Any(m => m.Text.StartsWith("-i and -o", StringComparison.Ordinal))));
        Assert.That(rules.All(r => r.Matches.All(m => m is not InterfaceMatch)));
    }

    [Test]
    public void Names_in_place_of_numbers_are_read_where_they_are_known()
    {
        var document = DumpFiles.ReadText("Chain INPUT (policy DROP)\nnum  target     prot opt source               destination         \n1    ACCEPT     tcp  --  anywhere             10.0.0.1             tcp dpt:https flags:FIN,SYN,RST,ACK/SYN\n2    ACCEPT     all  --  host.example         anywhere            \n");
        var rules = DumpFiles.Rules(document).ToList();
        Assert.That(rules[0].Text, Is.EqualTo("-A INPUT -d 10.0.0.1/32 -p tcp -m tcp --dport https --tcp-flags FIN,SYN,RST,ACK SYN -j ACCEPT"));
        Assert.That(rules[0].Matches.OfType<PortMatch>().Single().Ranges, Is.EqualTo(new[] { ((ushort)443, (ushort)443) }));
        Assert.That(rules[1].Matches.OfType<UnknowableMatch>().Select(m => (m.Text, m.IsUnderstood)), Does.Contain(("-s host.example", true)));
        Assert.That(rules[1].Matches.OfType<AddressMatch>(), Is.Empty);
    }

    [TestCase("Chain INPUT (policy ACCEPT 12K packets, 3M bytes)\n pkts bytes target     prot opt in     out     source               destination         \n 126K   44G ACCEPT     all  --  *      *       0.0.0.0/0            0.0.0.0/0           \n", 12_000, 126_000, 44_000_000_000)]
    [TestCase("Chain INPUT (policy ACCEPT 7 packets, 8 bytes)\n    pkts      bytes target     prot opt in     out     source               destination         \n 1234567   44 ACCEPT     all      *      *       ::/0            ::/0           \n", 7, 1_234_567, 44)]
    public void Counters_are_read_as_far_as_they_are_rounded(string text, long policy, long packets, long bytes)
    {
        var document = DumpFiles.ReadText(text);
        var chain = document.Records.OfType<IptablesTable>().Single().Chains["INPUT"];
        Assert.That((chain.Policy, chain.Packets), Is.EqualTo(("ACCEPT", policy)));
        Assert.That((chain.Rules[0].Packets, chain.Rules[0].Bytes), Is.EqualTo((packets, bytes)));
    }

    [Test]
    public void A_rule_without_a_target_only_counts()
    {
        const string Head = "Chain INPUT (policy ACCEPT 0 packets, 0 bytes)\n pkts bytes target     prot opt in     out     source               destination         \n";
        var rules = DumpFiles.Rules(DumpFiles.ReadText(Head + "    1     2            udp  --  lo     *       0.0.0.0/0            0.0.0.0/0           \n    1     2 RETURN     udp  --  lo     *       0.0.0.0/0            0.0.0.0/0           \n")).ToList();
        Assert.That(rules.Select(r => r.Target?.Name), Is.EqualTo(new[] { null, "RETURN" }));
        Assert.That(rules[0].Text, Is.EqualTo("-A INPUT -i lo -p udp"));
    }

    [TestCase("filter", "INPUT FORWARD OUTPUT")]
    [TestCase("nat", "PREROUTING INPUT OUTPUT POSTROUTING")]
    [TestCase("nat", "PREROUTING POSTROUTING OUTPUT", Description = "kernels before 2.6.36")]
    [TestCase("mangle", "PREROUTING INPUT FORWARD OUTPUT POSTROUTING")]
    [TestCase("raw", "PREROUTING OUTPUT")]
    public void The_built_in_chains_tell_the_table(string table, string chains)
    {
        var listing = string.Concat(chains.Split(' ').Select(c => $"Chain {c} (policy ACCEPT)\ntarget     prot opt source               destination         \n\n"));
        var rules = string.Concat(chains.Split(' ').Select(c => $"-P {c} ACCEPT\n"));
        Assert.That(DumpFiles.ReadText(listing).Records.Cast<IptablesTable>().Select(t => t.Name), Is.EqualTo(new[] { table }));
        Assert.That(DumpFiles.ReadText(rules).Records.Cast<IptablesTable>().Select(t => t.Name), Is.EqualTo(new[] { table }));
    }

    [Test]
    public void The_command_tells_the_table_that_a_chain_leaves_open()
    {
        const string Chain = "Chain PREROUTING (policy ACCEPT)\ntarget     prot opt source               destination         \n";
        Assert.That(Name("$ iptables -t nat -L PREROUTING\n" + Chain), Is.EqualTo("nat"));
        Assert.That(Name("$ iptables -t mangle -L PREROUTING\n" + Chain), Is.EqualTo("mangle"));

        static string Name(string text) => DumpFiles.ReadText(text).Records.OfType<IptablesTable>().Single().Name;
    }

    [Test]
    public void Tables_one_behind_the_other_are_told_apart()
    {
        var listed = DumpFiles.Read("iptables-list/every-extension.iptables-nft-nvL.txt").Records.Cast<IptablesTable>().ToList();
        Assert.That(listed.Select(t => t.Name), Is.EqualTo(Tables));
        var both = DumpFiles.ReadText("Chain INPUT (policy ACCEPT)\ntarget     prot opt source               destination         \nACCEPT     all  --  10.0.0.1  0.0.0.0/0\n\n"
            + "Chain INPUT (policy ACCEPT)\ntarget     prot opt source               destination         \nACCEPT     all  --  fd00::1  ::/0\n");
        Assert.That(both.Records.Cast<IptablesTable>().Select(t => t.IpVersion), Is.EqualTo(new[] { 4, 6 }));
    }

    [Test]
    public void The_warning_of_legacy_tables_comes_from_iptables_nft()
    {
        var document = DumpFiles.ReadText("# Warning: iptables-legacy tables present, use iptables-legacy to see them\nChain INPUT (policy ACCEPT)\ntarget     prot opt source               destination         \n");
        Assert.That(document.Records.Cast<IptablesTable>().Single().Backend, Is.EqualTo(IptablesBackend.Nft));
    }

    [Test]
    public void The_footer_of_the_EKS_log_collector_is_no_rule()
    {
        const string Footer = "=======\nTotal Number of Rules: 0\n";
        Assert.That(DumpFiles.ReadText("Chain INPUT (policy ACCEPT)\ntarget     prot opt source               destination         \n" + Footer).Problems, Is.Empty);
        Assert.That(DumpFiles.ReadText("-P INPUT ACCEPT\n" + Footer).Problems, Is.Empty);
        Assert.That(DumpFiles.ReadText("*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n" + Footer).Problems, Is.Empty);
    }

    [Test]
    public void Words_that_no_extension_prints_are_said_and_never_taken_as_a_match()
    {
        const string Head = "Chain INPUT (policy ACCEPT)\ntarget     prot opt source               destination         \n";
        var document = DumpFiles.ReadText(Head + "ACCEPT     tcp  --  0.0.0.0/0  0.0.0.0/0  tcp dpt:22 FROBNICATE deep /* why */ ctstate NEW\n");
        Assert.That(document.Problems.Select(p => (p.Code, p.Location.Line, p.Location.Column)), Is.EqualTo(new[] { ("unknown-rule-match", 3, 54) }));
        var rule = DumpFiles.Rules(document).Single();
        Assert.That(rule.Comment, Is.EqualTo("why"));
        Assert.That(rule.Matches.OfType<UnknowableMatch>().Where(m => !m.IsUnderstood).Select(m => m.Text), Is.EqualTo(new[] { "FROBNICATE deep" }));
        Assert.That(rule.Matches.OfType<ConntrackStateMatch>().Single().States, Is.EqualTo(new[] { "NEW" }));
    }

    [Test]
    public void A_rule_told_in_part_is_printed_back_as_a_comment()
    {
        var printed = new StringWriter();
        IptablesSaveWriter.Write(DumpFiles.Read("iptables-list/every-extension.iptables-nft-nL.txt").Records.OfType<IptablesTable>(), printed);
        Assert.That(printed.ToString().Split('\n').Where(l => l.StartsWith('-')), Is.Empty);
        Assert.That(printed.ToString().Split('\n').Count(l => l.StartsWith("# The listing tells this rule in part: -A T ", StringComparison.Ordinal)), Is.GreaterThan(50));
    }

    private static Dictionary<string, IptablesRule> Rules(DumpDocument document) => document.Records.OfType<IptablesTable>().Where(t => Tables.Contains(t.Name))
        .SelectMany(t => t.Chains.Values.SelectMany(c => c.Rules.Select((r, i) => ($"{t.Name} {c.Name} {i}", r)))).ToDictionary(r => r.Item1, r => r.r);

    // Spelt from what was understood; extensions print their options in another order when they list than when they save,
    // and numbers with other leading zeros.
    private static string Spelt(IptablesRule rule) => string.Join(' ', IptablesSaveWriter.Rule(rule.Chain, rule.Matches, rule.Target)
        .Replace(" --log-level 4", "", StringComparison.Ordinal).Replace("--proto esp", "--proto 50", StringComparison.Ordinal).Replace("CT --notrack", "NOTRACK", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal)
        .Split(' ').Select(WithoutZeros).Order(StringComparer.Ordinal));

    private static string WithoutZeros(string word) => System.Text.RegularExpressions.Regex.Replace(word, @"(?<![0-9a-zA-Z.])0+(?=[0-9])", "", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
}
