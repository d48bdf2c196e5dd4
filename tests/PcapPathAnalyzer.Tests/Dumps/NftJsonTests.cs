using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Dumps.Nftables;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary><c>nft -j list ruleset</c> says what <c>nft list ruleset</c> says.</summary>
public sealed class NftJsonTests
{
    private static readonly string[] Devices = ["eth0", "eth1"];

    [Test]
    public void Every_statement_means_the_same_in_JSON_as_in_text()
    {
        var json = DumpFiles.Read("nft/every-statement.nft.json");
        Assert.That(json.Kinds, Is.EqualTo(new[] { "nft-ruleset" }));
        Assert.That(json.Problems, Is.Empty);
        Assert.That(Shape(json), Is.EqualTo(Shape(DumpFiles.Read("nft/every-statement.nft.txt"))));
    }

    [TestCase("every-statement.nft.txt")]
    [TestCase("projectcalico__calico__felix_fv_cali-nftables-dump.txt.txt")]
    [TestCase("moby__moby__TestNftabler_hairpin_true_masq_true_nat__ip6.golden.txt")]
    [TestCase("../../bundles/service-nftables/bundle/node-a/nft-ruleset.txt")]
    public void What_the_kernel_holds_is_read_alike_from_text_and_JSON(string file)
    {
        using var netns = NetworkNamespaceFixture.Create();
        foreach (var device in Devices)
            netns.Run("", "ip", "link", "add", device, "type", "dummy");
        var path = DumpFiles.PathOf("nft/" + file);
        var (exit, _, error) = netns.Run(File.ReadAllText(path), "nft", "-f", "-");
        if (exit != 0)
            Assert.Ignore($"this nft or kernel does not take the ruleset: {error.Split('\n')[0]}");
        var text = DumpReaders.Read("text", netns.Run("", "nft", "-a", "list", "ruleset").Output);
        var json = DumpReaders.Read("json", netns.Run("", "nft", "-a", "-j", "list", "ruleset").Output);
        Assert.That(json.Problems.Concat(text.Problems), Is.Empty);
        Assert.That(Shape(json), Is.EqualTo(Shape(text)));
        Assert.That(Shape(json), Has.Some.StartsWith("rule "));
    }

    [Test]
    public void A_rule_an_element_and_a_base_chain_are_cited_where_their_object_stands()
    {
        const string Text = """
            { "nftables": [
              { "table": { "family": "ip", "name": "t" } },
              { "chain": { "family": "ip", "table": "t", "name": "c", "type": "filter", "hook": "forward", "prio": 0, "policy": "drop" } },
              { "set": { "family": "ip", "table": "t", "name": "s", "type": "ipv4_addr", "elem": [
                "10.0.0.1",
                { "elem": { "val": "10.0.0.2", "comment": "the second" } }
              ] } },
              { "rule": { "family": "ip", "table": "t", "chain": "c", "expr": [ { "match": { "op": "==", "left": { "payload": { "protocol": "ip", "field": "saddr" } }, "right": "@s" } }, { "accept": null } ] } }
            ] }
            """;
        var table = (NftTable)DumpFiles.ReadText(Text).Records.Single();
        var chain = table.Chains["c"];
        Assert.Multiple(() =>
        {
            Assert.That((chain.Location.Line, chain.Policy, chain.PolicyLine.Text), Is.EqualTo((3, "DROP", "type filter hook forward priority 0; policy drop;")));
            Assert.That(table.Sets["s"].Elements.All.Select(e => (e.Location.Line, e.Key.Exact, e.Comment)), Is.EqualTo(new[] { (5, "10.0.0.1", null), (6, "10.0.0.2", "the second") }));
            Assert.That((chain.Rules[0].Location.Line, chain.Rules[0].Text), Is.EqualTo((8, "ip saddr @s accept")));
        });
    }

    [Test]
    public void A_statement_that_is_not_known_is_kept_said_and_no_match()
    {
        var document = DumpFiles.ReadText(Ruleset("""{"rule":{"family":"ip","table":"t","chain":"c","expr":[{"frobnicate":{"value":7}},{"accept":null}]}}"""));
        var rule = Rules(document).Single();
        Assert.That(rule.Statements[0], Is.EqualTo(new NftUnknowable("""{"frobnicate":{"value":7}}""", IsUnderstood: false)));
        Assert.That(((NftVerdict)rule.Statements[1]).Target.Name, Is.EqualTo("ACCEPT"));
        Assert.That(document.Problems.Single().Code, Is.EqualTo("unknown-rule-match"));
    }

    [Test]
    public void An_object_that_is_not_known_is_said()
    {
        var document = DumpFiles.ReadText(Ruleset("""{"gadget":{"family":"ip"}}"""));
        Assert.That(document.Problems.Single().ToString(), Does.Contain("unknown-nft-ruleset").And.Contains("gadget"));
    }

    [Test]
    public void A_dump_cut_short_gives_what_stands_before_the_cut()
    {
        var text = Ruleset("""{"rule":{"family":"ip","table":"t","chain":"c","expr":[{"drop":null}]}}""");
        var document = DumpFiles.ReadText(text[..(text.IndexOf("{\"drop\"", StringComparison.Ordinal) + 4)]);
        Assert.That(((NftTable)document.Records.Single()).IsCut);
        Assert.That(document.Problems.Single().Code, Is.EqualTo("unreadable-input"));
    }

    [Test]
    public void Commands_build_a_ruleset_as_nft_carries_them_out()
    {
        const string Text = """
            {"nftables":[{"flush":{"ruleset":null}},{"add":{"table":{"family":"inet","name":"t"}}},{"add":{"chain":{"family":"inet","table":"t","name":"c"}}},
            {"add":{"rule":{"family":"inet","table":"t","chain":"c","expr":[{"accept":null}]}}},{"insert":{"rule":{"family":"inet","table":"t","chain":"c","expr":[{"drop":null}]}}},
            {"add":{"set":{"family":"inet","table":"t","name":"s","type":"inet_service"}}},{"add":{"element":{"family":"inet","table":"t","name":"s","elem":[80,{"range":[90,99]}]}}}]}
            """;
        var document = DumpFiles.ReadText(Text);
        Assert.That(document.Problems, Is.Empty);
        Assert.That(Rules(document).Select(r => r.Text), Is.EqualTo(new[] { "drop", "accept" }));
        Assert.That(((NftTable)document.Records[0]).Sets["s"].Elements.All.Select(e => e.Key), Is.EqualTo(new NftValue[] { new NftNumber(80), new NftNumber(90, 99) }));
    }

    /// <summary>A name cannot become a statement: what is no plain word is quoted.</summary>
    [Test]
    public void Text_that_looks_like_a_rule_stays_a_name()
    {
        var document = DumpFiles.ReadText(Ruleset("""{"rule":{"family":"ip","table":"t","chain":"c","comment":"x\" accept # }","expr":[{"match":{"op":"==","left":{"meta":{"key":"iifname"}},"right":"a\" accept; } drop"}},{"jump":{"target":"c } accept"}}]}}"""));
        var rule = Rules(document).Single();
        Assert.That(rule.Statements, Has.Count.EqualTo(2));
        Assert.That(((NftMatch)rule.Statements[0]).Value, Is.EqualTo(new NftName("a' accept; } drop")));
        Assert.That(((NftVerdict)rule.Statements[1]).Target, Is.EqualTo(new JumpTarget(IsGoto: false) { Name = "c } accept" }));
        Assert.That(rule.Comment, Is.EqualTo("x' accept # }"));
    }

    private static string Ruleset(string more) => """{"nftables":[{"metainfo":{"version":"1.0.6"}},{"table":{"family":"ip","name":"t"}},{"chain":{"family":"ip","table":"t","name":"c"}},""" + more + "]}\n";

    private static IEnumerable<NftRule> Rules(DumpDocument document) => document.Records.OfType<NftTable>().SelectMany(t => t.Chains.Values).SelectMany(c => c.Rules);

    private static List<string> Shape(DumpDocument document) => NftShape.Of(document.Records.OfType<NftTable>());
}
