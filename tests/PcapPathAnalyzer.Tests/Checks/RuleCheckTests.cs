namespace PcapPathAnalyzer.Tests.Checks;

/// <summary>What rules say of themselves.</summary>
public sealed class RuleCheckTests
{
    private static CheckRun Filter(string rules, string policy = "ACCEPT") =>
        new CheckRun().With("node-a/rules.txt", $"*filter\n:INPUT ACCEPT [0:0]\n:FORWARD {policy} [0:0]\n:WEB - [0:0]\n{rules}\nCOMMIT");

    [TestCase("-A INPUT -j ACCEPT", "-A INPUT -s 10.0.0.1/32 -j DROP")]
    [TestCase("-A INPUT -s 10.0.0.0/8 -p tcp -j ACCEPT", "-A INPUT -s 10.1.2.0/24 -i eth0 -p tcp -m tcp --dport 80 -j DROP")]
    [TestCase("-A INPUT -p tcp -m tcp --dport 80:90 -j ACCEPT", "-A INPUT -p tcp -m tcp --dport 85 -j DROP")]
    [TestCase("-A INPUT ! -s 10.0.0.0/16 -j ACCEPT", "-A INPUT ! -s 10.0.0.0/8 -j DROP")]
    [TestCase("-A INPUT ! -s 10.0.0.0/16 -j ACCEPT", "-A INPUT -s 192.168.0.0/16 -j DROP")]
    [TestCase("-A INPUT -m mark --mark 0x4/0x4 -j ACCEPT", "-A INPUT -m mark --mark 0x6/0x6 -j DROP")]
    [TestCase("-A INPUT -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT", "-A INPUT -m conntrack --ctstate NEW -j DROP")]
    [TestCase("-A INPUT -i veth+ -j ACCEPT", "-A INPUT -i veth7 -j DROP")]
    public void A_rule_whose_packets_an_earlier_one_takes_is_named(string earlier, string later) =>
        Assert.That(Filter($"{earlier}\n{later}").Lines(), Is.EqualTo(new[]
        {
            "node-a/rules.txt:6:1: warning shadowed-rule: DROP here never happens: line 5 of INPUT ends in ACCEPT for all packets of this rule (node-a/rules.txt:5)",
        }));

    [TestCase("-A INPUT -s 10.0.0.1/32 -j ACCEPT", "-A INPUT -s 10.0.0.0/24 -j DROP")]
    [TestCase("-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT", "-A INPUT -p udp -m udp --dport 80 -j DROP")]
    [TestCase("-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT", "-A INPUT -p tcp -m tcp --sport 80 -j DROP")]
    [TestCase("-A INPUT -p tcp -j ACCEPT", "-A INPUT -j DROP")]
    [TestCase("-A INPUT -s 10.0.0.1/32 -j ACCEPT", "-A INPUT -d 10.0.0.1/32 -j DROP")]
    [TestCase("-A INPUT ! -s 10.0.0.0/8 -j ACCEPT", "-A INPUT ! -s 10.0.0.0/16 -j DROP")]
    [TestCase("-A INPUT ! -s 10.0.0.0/16 -j ACCEPT", "-A INPUT -s 10.0.0.0/8 -j DROP")]
    [TestCase("-A INPUT -m limit --limit 1/sec -j ACCEPT", "-A INPUT -m limit --limit 1/sec -j DROP")]
    [TestCase("-A INPUT -m statistic --mode random --probability 0.5 -j ACCEPT", "-A INPUT -m statistic --mode random --probability 0.5 -j DROP")]
    [TestCase("-A INPUT -m mark --mark 0x4/0x4 -j ACCEPT", "-A INPUT -j MARK --set-xmark 0x4/0x4\n-A INPUT -m mark --mark 0x4/0x4 -j DROP")]
    [TestCase("-A INPUT -s 10.0.0.1/32 -j MARK --set-xmark 0x4/0x4", "-A INPUT -s 10.0.0.1/32 -j DROP")]
    [TestCase("-A INPUT -i veth7 -j ACCEPT", "-A INPUT -i veth+ -j DROP")]
    [TestCase("-A INPUT -s 10.0.0.1/32 -j ACCEPT", "-A FORWARD -s 10.0.0.1/32 -j DROP")]
    public void A_rule_that_may_still_match_is_fine(string earlier, string later) => Assert.That(Filter($"{earlier}\n{later}").Lines("shadowed-rule"), Is.Empty);

    [Test]
    public void A_rule_that_stands_twice_is_an_info() =>
        Assert.That(Filter("-A INPUT -s 10.0.0.1/32 -j ACCEPT\n-A INPUT -s 10.0.0.1/32 -j ACCEPT").Lines(), Is.EqualTo(new[]
        {
            "node-a/rules.txt:6:1: info shadowed-rule: ACCEPT here never happens: line 5 of INPUT ends in ACCEPT for all packets of this rule (node-a/rules.txt:5)",
        }));

    [Test]
    public void A_chain_that_no_rule_leads_to_is_named() =>
        Assert.That(Filter("-A WEB -j ACCEPT").Lines(), Is.EqualTo(new[] { "node-a/rules.txt:4:1: info unreachable-chain: no rule of the filter table leads to WEB, which has 1 rule" }));

    [Test]
    public void A_chain_without_rules_or_with_a_jump_to_it_is_fine()
    {
        Assert.That(Filter("-A INPUT -p tcp -j ACCEPT").Lines(), Is.Empty);
        Assert.That(Filter("-A INPUT -j WEB\n-A WEB -j ACCEPT").Lines(), Is.Empty);
    }

    [Test]
    public void A_jump_to_a_chain_that_is_not_there_is_named_once() =>
        Assert.That(Filter("-A INPUT -p tcp -j GONE\n-A INPUT -p udp -j GONE").Lines("absent-chain"), Is.EqualTo(new[] { "node-a/rules.txt:5:1: warning absent-chain: INPUT jumps to GONE, which the filter table does not have" }));

    [Test]
    public void A_match_that_is_not_known_is_named_and_does_not_hide_the_rule_behind_it() =>
        Assert.That(Filter("-A INPUT -m crystalball --future -j DROP\n-A INPUT -j DROP").Lines(), Is.EqualTo(new[]
        {
            "node-a/rules.txt:5:13: warning unknown-rule-match: the match 'crystalball' is not known; whether it matches cannot be told",
        }));

    [Test]
    public void A_match_that_is_known_is_fine() => Assert.That(Filter("-A INPUT -m socket --transparent -j DROP\n-A INPUT -j DROP").Lines(), Is.Empty);

    private static CheckRun Sets(string ipset)
    {
        var run = new CheckRun().With("node-a/rules.txt", "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m set --match-set blocked src -j DROP\nCOMMIT");
        return ipset.Length == 0 ? run : run.With("node-a/ipset.txt", ipset);
    }

    [Test]
    public void A_set_that_is_not_in_the_ipset_dump_is_named() =>
        Assert.That(Sets("create allowed hash:ip family inet").Lines(), Is.EqualTo(new[]
        {
            "node-a/rules.txt:3:1: warning absent-ipset: INPUT asks the IP set blocked, which the ipset dump of node-a does not have",
        }));

    [Test]
    public void A_set_that_was_dumped_is_fine() => Assert.That(Sets("create blocked hash:ip family inet").Lines(), Is.Empty);

    [Test]
    public void Sets_without_any_ipset_dump_are_an_info() =>
        Assert.That(Sets("").Lines(), Is.EqualTo(new[]
        {
            "node-a/rules.txt:3:1: info absent-ipset: node-a has no ipset dump, so rules that ask blocked stay undecided (ipset save tells)",
        }));

    private static CheckRun Backends(params string[] programs) => programs.Aggregate(
        new CheckRun(), (run, program) => run.With($"node-a/{program}.txt", $"# Generated by {program}-save v1.8.9 on Mon Nov 23 10:00:00 2026\n*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -j ACCEPT\nCOMMIT"));

    [Test]
    public void Rules_of_both_backends_are_named() =>
        Assert.That(Backends("iptables-legacy", "iptables-nft").Lines(), Is.EqualTo(new[]
        {
            "node-a/iptables-legacy.txt:2:1: warning two-iptables-backends: node-a has rules of iptables-legacy (filter and maybe others) beside those of iptables-nft (node-a/iptables-nft.txt:2): packets pass both",
        }));

    [Test]
    public void Backends_that_differ_between_families_are_fine() =>
        Assert.That(Backends("iptables-legacy", "ip6tables-nft").Lines(), Is.Empty);

    private static CheckRun Forward(string rules, string policy) => Filter(rules, policy).With("node-a/ip-addr.txt", LinkTexts.Node).With("node-a/ip-route.txt", "10.244.1.0/24 via 192.168.5.12 dev eth0")
        .With("node-b/ip-addr.txt", LinkTexts.Node.Replace("192.168.5.11", "192.168.5.12").Replace("10.244.0.", "10.244.1."));

    [Test]
    public void A_forward_policy_of_DROP_that_accepts_only_replies_is_named() =>
        Assert.That(Forward("-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A FORWARD -d 10.244.0.0/24 -j ACCEPT", "DROP").Lines(), Is.EqualTo(new[]
        {
            "node-a/rules.txt:3:1: error forward-policy-drop: the policy of FORWARD is DROP, and no rule accepts a new connection from 10.244.0.2 to 10.244.1.2 (cni0 to eth0)",
        }));

    [TestCase("-A FORWARD -s 10.244.0.0/16 -j ACCEPT", "DROP")]
    [TestCase("-A FORWARD -m limit --limit 100/sec -j ACCEPT", "DROP")]
    [TestCase("-A FORWARD -p udp -j DROP", "ACCEPT")]
    public void A_forward_policy_of_DROP_with_a_rule_that_may_accept_is_fine(string rule, string policy) => Assert.That(Forward(rule, policy).Lines("forward-policy-drop"), Is.Empty);

    private static CheckRun Masquerade(string rules, string links = LinkTexts.Flannel) => new CheckRun().With("node-a/ip-d-link.txt", links)
        .With("node-a/rules.txt", $"*nat\n:POSTROUTING ACCEPT [0:0]\n:KUBE-POSTROUTING - [0:0]\n-A POSTROUTING -j KUBE-POSTROUTING\n{rules}\nCOMMIT");

    [TestCase("-A KUBE-POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE", 5)]
    [TestCase("-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN\n-A KUBE-POSTROUTING -j MASQUERADE --random-fully", 6)]
    public void A_mark_that_survives_its_masquerade_is_named_on_a_node_with_VXLAN(string rules, int line) =>
        Assert.That(Masquerade(rules).Lines(), Is.EqualTo(new[]
        {
            $"node-a/rules.txt:{line}:1: warning mark-survives-masquerade: KUBE-POSTROUTING masquerades packets with mark 0x4000 and leaves the mark on them, so the outer packets of node-a:flannel.1 are masqueraded too (node-a/ip-d-link.txt:1); clear it before: -j MARK --xor-mark 0x4000",
        }));

    [Test]
    public void A_mark_that_is_cleared_first_is_fine() =>
        Assert.That(Masquerade("-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN\n-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0\n-A KUBE-POSTROUTING -j MASQUERADE --random-fully").Lines(), Is.Empty);

    [Test]
    public void A_mark_matters_only_where_there_is_a_tunnel() =>
        Assert.That(Masquerade("-A KUBE-POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE", LinkTexts.Node).Lines(), Is.Empty);
}
