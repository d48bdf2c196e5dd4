using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Dumps.Nftables;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Dumps;

public sealed class NftRulesetReaderTests
{
    [Test]
    public void Every_statement_that_nft_prints_is_understood()
    {
        var document = DumpFiles.Read("nft/every-statement.nft.txt");
        Assert.That(document.Problems, Is.Empty);
        Assert.That(document.Kinds, Is.EqualTo(new[] { "nft-ruleset" }));
        var tables = document.Records.Cast<NftTable>().ToList();
        Assert.That(tables.Select(t => $"{t.Family} {t.Name}"), Is.EqualTo(new[] { "ip nat", "inet t", "netdev n", "bridge b", "arp a" }));
        Assert.That(tables.SelectMany(t => t.Chains.Values).SelectMany(c => c.Rules).Count(), Is.EqualTo(File.ReadLines(DumpFiles.PathOf("nft/every-statement.nft.txt")).Count(l => l.Contains("# handle") && !l.Contains("{ #"))));
    }

    [TestCase("type filter hook forward priority filter - 10; policy drop;", -10, "DROP")]
    [TestCase("type nat hook prerouting priority dstnat", -100, "ACCEPT")]
    [TestCase("type filter hook input priority -225; policy accept;", -225, "ACCEPT")]
    public void Base_chains_have_a_priority_and_a_policy(string text, int priority, string policy)
    {
        var chain = Only($"table inet t {{\n\tchain c {{\n\t\t{text}\n\t}}\n}}\n").Chains["c"];
        Assert.That((chain.Priority, chain.Policy), Is.EqualTo((priority, policy)));
    }

    [Test]
    public void Names_of_priorities_mean_other_numbers_in_the_bridge_family() =>
        Assert.That(((NftTable)DumpFiles.Read("nft/every-statement.nft.txt").Records[3]).Chains["f"].Priority, Is.EqualTo(-200));

    [Test]
    public void Elements_keep_their_line_and_what_they_lead_to()
    {
        var map = ((NftTable)DumpFiles.Read("nft/every-statement.nft.txt").Records[1]).Sets["verdicts"];
        var web = map.Elements.Find("10.0.0.1 . 6 . 80")!;
        Assert.That(web.Verdict!.Target, Is.EqualTo(new JumpTarget(IsGoto: true) { Name = "other" }));
        Assert.That((web.Comment, web.Location.Line), Is.EqualTo(("default/web", 86)));
    }

    [Test]
    public void A_statement_that_is_not_known_is_kept_and_said_and_the_verdict_behind_it_read()
    {
        var document = DumpFiles.ReadText("table ip t {\n\tchain c {\n\t\tip saddr 10.0.0.1 frobnicate 7 accept\n\t}\n}\n");
        var rule = ((NftTable)document.Records[0]).Chains["c"].Rules[0];
        Assert.That(rule.Statements[1], Is.EqualTo(new NftUnknowable("frobnicate 7", IsUnderstood: false)));
        Assert.That(rule.Statements[2], Is.InstanceOf<NftVerdict>());
        Assert.That(document.Problems.Select(p => p.ToString()), Is.EqualTo(new[] { "test.txt:3:21: warning unknown-rule-match: 'frobnicate 7' is not understood" }));
    }

    [Test]
    public void A_ruleset_cut_short_is_said_so_and_what_stands_before_counts()
    {
        var document = DumpFiles.ReadText("table ip t {\n\tchain c {\n\t\tip saddr 10.0.0.1 drop\n\t\tip saddr 10.0.0.2 dr");
        var table = (NftTable)document.Records[0];
        Assert.That(table.IsCut);
        Assert.That(table.Chains["c"].Rules[0].Text, Is.EqualTo("ip saddr 10.0.0.1 drop"));
        Assert.That(document.Problems.Select(p => p.Code), Does.Contain("unreadable-input"));
    }

    [Test]
    public void A_chain_that_is_absent_is_said_so()
    {
        var document = DumpFiles.ReadText("table ip t {\n\tchain c {\n\t\ttcp dport vmap { 80 : jump gone }\n\t}\n}\n");
        Assert.That(((NftTable)document.Records[0]).Chains["gone"].IsAbsent);
        Assert.That(document.Problems.Single().Message, Does.StartWith("the chain 'gone' is not in the dump of table ip t"));
    }

    [TestCase("nat", "PREROUTING", true)]
    [TestCase("nat", "nat-prerouting", false)]
    [TestCase("kube-proxy", "PREROUTING", false)]
    public void Tables_that_iptables_made_are_told_from_native_ones(string table, string chain, bool isOfIptables) =>
        Assert.That(Only($"table ip {table} {{\n\tchain {chain} {{\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t}}\n}}\n").IsOfIptables, Is.EqualTo(isOfIptables));

    [Test]
    public void Every_line_of_the_rulesets_in_testdata_is_accounted_for() =>
        Account(Directory.GetFiles(DumpFiles.PathOf("nft")), mostProblems: 0);

    [Test]
    public void Every_line_of_the_rulesets_of_the_corpora_is_accounted_for() =>
        Account(DumpFiles.Corpus("nft"), mostProblems: 1); // a makefile

    [TestCase("dnat ip6 to fd02::2/127:7", "fd02::2", "fd02::3")]
    [TestCase("dnat ip to 10.2.0.2/31:7", "10.2.0.2", "10.2.0.3")]
    [TestCase("dnat ip6 to [fd02::2]:7", "fd02::2", "fd02::2")]
    [TestCase("dnat ip6 to [fd02::2]-[fd02::4]:7", "fd02::2", "fd02::4")]
    public void A_range_of_addresses_that_nft_prints_as_a_network_keeps_its_port(string text, string first, string last)
    {
        var nat = (NftNat)Only($"table inet t {{\n\tchain c {{\n\t\tmeta l4proto tcp {text}\n\t}}\n}}\n").Chains["c"].Rules[0].Statements[^1];
        var range = (NftAddress)((NftConstant)nat.Address!).Value;
        Assert.That(($"{range.First}", $"{range.Last}", ((NftConstant)nat.Port!).Value), Is.EqualTo((first, last, (NftValue)new NftNumber(7))));
    }

    // Found by the rules of nftables' own test suite.
    [TestCase("limit rate over 5 mbytes/second burst 1024 kbytes drop", "NftUnknowable NftVerdict")]
    [TestCase("ct helper \"ftp\" accept", "NftMatch NftVerdict")]
    [TestCase("redirect to :tcp dport map { 83 : 8083, 84 : 8084 }", "NftNat")]
    [TestCase("reset tcp option mptcp accept", "NftEffect NftVerdict")]
    [TestCase("rt nexthop 192.168.0.1 accept", "NftMatch NftVerdict")]
    [TestCase("frag nexthdr tcp drop", "NftMatch NftVerdict")]
    [TestCase("osf ttl loose name \"Linux\" accept", "NftMatch NftVerdict")]
    [TestCase("ipsec in ip saddr 192.168.1.2 accept", "NftMatch NftVerdict")]
    [TestCase("ct event set new,related,destroy counter", "NftEffect NftEffect")]
    [TestCase("log prefix \"x\" flags tcp sequence,options accept", "NftEffect NftVerdict")]
    [TestCase("log flags ether,skuid,ip options drop", "NftEffect NftVerdict")]
    public void Statements_that_are_rare_end_where_the_next_one_begins(string rule, string statements)
    {
        var document = DumpFiles.ReadText($"table ip t {{\n\tchain c {{\n\t\t{rule}\n\t}}\n}}\n");
        Assert.That(document.Problems, Is.Empty);
        Assert.That(string.Join(' ', ((NftTable)document.Records[0]).Chains["c"].Rules[0].Statements.Select(s => s.GetType().Name)), Is.EqualTo(statements));
    }

    [Test]
    public void Several_bits_are_one_element_of_a_set()
    {
        var set = Only("table ip t {\n\tset s {\n\t\ttype tcp_flag\n\t\telements = { fin | ack, fin | psh | ack, syn,\n\t\t\t     psh | ack }\n\t}\n}\n").Sets["s"];
        Assert.That(set.Elements.All.Select(e => e.Key.Exact), Is.EqualTo(new[] { "17", "25", "2", "24" }));
    }

    private static NftTable Only(string text) => (NftTable)DumpFiles.ReadText(text).Records.Single();

    private static void Account(IReadOnlyList<string> files, int mostProblems)
    {
        var tally = new NftTally();
        foreach (var file in files)
            tally.Add(Path.GetFileName(file), File.ReadAllText(file));
        TestContext.Out.WriteLine(tally);
        foreach (var problem in tally.Problems)
            TestContext.Out.WriteLine(problem);
        Assert.That(tally.Unaccounted, Is.Empty);
        Assert.That(tally.Problems, Has.Count.LessThanOrEqualTo(mostProblems));
        Assert.That(tally.Lines, Is.GreaterThan(0));
    }
}
