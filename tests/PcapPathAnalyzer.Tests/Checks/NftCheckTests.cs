using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Checks;

/// <summary>What rulesets of nftables say of themselves, as the kernel printed them; and rulesets that look alike and are fine.</summary>
public sealed class NftCheckTests
{
    private static readonly string Filter = File.ReadAllText(DumpFiles.PathOf("nft/faulty-filter.nft.txt"));
    private static readonly string Masquerade = File.ReadAllText(DumpFiles.PathOf("nft/faulty-masquerade.nft.txt"));

    private static string KubeProxy(string node) => File.ReadAllText(Path.Combine(TestData.Folder, "bundles", "service-nftables", "bundle", node, "nft-ruleset.txt"));

    [Test]
    public void Rules_whose_packets_an_earlier_one_takes_are_named() =>
        Assert.That(new CheckRun().With("node-a/nft.txt", Filter).Lines("shadowed-rule"), Is.EqualTo(new[]
        {
            "node-a/nft.txt:13:3: warning shadowed-rule: drop here never happens: line 12 of input ends in accept for all packets of this rule (node-a/nft.txt:12)",
            "node-a/nft.txt:15:3: warning shadowed-rule: drop here never happens: line 14 of input ends in accept for all packets of this rule (node-a/nft.txt:14)",
            "node-a/nft.txt:16:3: warning shadowed-rule: drop here never happens: line 10 of input ends in accept for all packets of this rule (node-a/nft.txt:10)",
            "node-a/nft.txt:18:3: warning shadowed-rule: drop here never happens: line 17 of input ends in accept for all packets of this rule (node-a/nft.txt:17)",
            "node-a/nft.txt:19:3: warning shadowed-rule: reject with icmp port-unreachable here never happens: line 11 of input ends in drop for all packets of this rule (node-a/nft.txt:11)",
        }));

    [TestCase("ip saddr 10.0.0.1 accept", "ip saddr 10.0.0.0/24 drop")]
    [TestCase("tcp dport 80 accept", "udp dport 80 drop")]
    [TestCase("tcp dport 80 accept", "tcp sport 80 drop")]
    [TestCase("tcp dport { 80, 443 } accept", "tcp dport { 80, 8080 } drop")]
    [TestCase("ip saddr != 10.0.0.0/8 accept", "ip saddr != 10.0.0.0/16 drop")]
    [TestCase("iifname \"veth7\" accept", "iifname \"veth*\" drop")]
    [TestCase("numgen random mod 2 0 accept", "numgen random mod 2 0 drop")]
    [TestCase("limit rate 10/second accept", "tcp dport 80 drop")]
    [TestCase("meta mark 0x00000004 accept", "meta mark set 0x00000004\n\t\tmeta mark 0x00000004 drop")]
    [TestCase("ip saddr @blocked accept", "add @blocked { ip saddr }\n\t\tip saddr @blocked drop")]
    [TestCase("meta l4proto tcp reject with tcp reset", "meta l4proto { tcp, udp } drop")]
    [TestCase("tcp flags syn / fin,syn,rst,ack accept", "tcp flags syn drop")]
    [TestCase("jump other", "tcp dport 80 drop")]
    [TestCase("dnat to ip daddr map { 10.96.0.1 : 10.0.0.1 }", "ip daddr 10.96.0.2 dnat to 10.0.0.2")]
    [TestCase("tcp dport vmap { 80 : accept }", "tcp dport 80 drop")]
    public void A_rule_that_may_still_match_is_fine(string earlier, string later) =>
        Assert.That(new CheckRun().With("node-a/nft.txt", $"table inet t {{\n\tset blocked {{\n\t\ttype ipv4_addr\n\t}}\n\n\tchain other {{\n\t}}\n\n\tchain c {{\n\t\t{earlier}\n\t\t{later}\n\t}}\n}}").Lines("shadowed-rule"), Is.Empty);

    /// <summary>
    /// None of kube-proxy's. flannel (pkg/trafficmngr/nftables) lets what is not of the node's pods return before it would masquerade what is not of
    /// the cluster's; its iptables mode asks for the cluster in both.
    /// </summary>
    [Test]
    public void The_rules_of_kube_proxy_and_flannel_have_one_that_never_matches() =>
        Assert.That(new CheckRun().With("node-a/nft.txt", KubeProxy("node-a")).Lines("shadowed-rule"), Is.EqualTo(new[]
        {
            "node-a/nft.txt:151:3: warning shadowed-rule: masquerade fully-random here never happens: line 149 of postrtg ends in return for all packets of this rule (node-a/nft.txt:149)",
        }));

    [Test]
    public void A_chain_that_nothing_leads_to_and_one_that_is_not_there_are_named()
    {
        const string Ruleset = "table inet t {\n\tchain lost {\n\t\taccept\n\t}\n\n\tchain input {\n\t\ttype filter hook input priority filter; policy accept;\n\t\ttcp dport vmap { 80 : jump gone }\n\t}\n}";
        Assert.That(new CheckRun().With("node-a/nft.txt", Ruleset).Lines("unreachable-chain", "absent-chain"), Is.EqualTo(new[]
        {
            "node-a/nft.txt:2:2: info unreachable-chain: no rule of the table inet t leads to lost, which has 1 rule",
            "node-a/nft.txt:8:3: warning absent-chain: something jumps to gone, which the table inet t does not have",
        }));
    }

    [TestCase("node-a")]
    [TestCase("node-b")]
    public void Chains_of_kube_proxy_are_reached_by_rules_and_maps(string node) =>
        Assert.That(new CheckRun().With($"{node}/nft.txt", KubeProxy(node)).Lines("unreachable-chain", "absent-chain"), Is.Empty);

    private static CheckRun Forward(string ruleset) => new CheckRun().With("node-a/nft.txt", ruleset).With("node-a/ip-addr.txt", LinkTexts.Node).With("node-a/ip-route.txt", "10.244.1.0/24 via 192.168.5.12 dev eth0")
        .With("node-b/ip-addr.txt", LinkTexts.Node.Replace("192.168.5.11", "192.168.5.12").Replace("10.244.0.", "10.244.1."));

    [Test]
    public void A_forward_policy_of_drop_that_does_not_accept_what_pods_send_is_named_where_the_policy_stands() =>
        Assert.That(Forward(Filter).Lines("forward-policy-drop"), Is.EqualTo(new[]
        {
            "node-a/nft.txt:26:3: error forward-policy-drop: the policy of inet filter forward is DROP, and no rule accepts a new connection from 10.244.0.2 to 10.244.1.2 (cni0 to eth0)",
        }));

    [TestCase("ip daddr 10.244.0.0/24 accept", "ip daddr 10.244.0.0/16 accept")]
    [TestCase("ip daddr 10.244.0.0/24 accept", "limit rate 10/second accept")]
    [TestCase("filter; policy drop;", "filter; policy accept;")]
    [TestCase("hook forward priority filter; policy drop;", "hook output priority filter; policy drop;")]
    public void A_forward_policy_that_lets_pods_through_is_fine(string part, string instead) =>
        Assert.That(Forward(Filter.Replace(part, instead)).Lines("forward-policy-drop"), Is.Empty);

    private static CheckRun Marks(string ruleset) => new CheckRun().With("node-a/ip-d-link.txt", LinkTexts.Flannel).With("node-a/nft.txt", ruleset);

    [TestCase("meta mark & 0x00004000 == 0x00000000 return")]
    [TestCase("meta mark & 0x00004000 != 0x00004000 return")]
    [TestCase("meta mark != 0x00004000 return")]
    public void A_mark_that_survives_its_masquerade_is_named_on_a_node_with_VXLAN(string condition) =>
        Assert.That(Marks(Masquerade.Replace("meta mark & 0x00004000 == 0x00000000 return", condition)).Lines(), Is.EqualTo(new[]
        {
            "node-a/nft.txt:4:3: warning mark-survives-masquerade: masquerading masquerades packets with mark 0x4000 and leaves the mark on them, so the outer packets of node-a:flannel.1 are masqueraded too (node-a/ip-d-link.txt:1); clear it before: meta mark set meta mark ^ 0x4000",
        }));

    [TestCase("masquerade fully-random", "meta mark set meta mark ^ 0x00004000\n\t\tmasquerade fully-random")]
    [TestCase("masquerade fully-random", "meta mark set meta mark & 0xffffbfff masquerade fully-random")]
    [TestCase("masquerade fully-random", "meta mark set 0x00000000 masquerade fully-random")]
    [TestCase("masquerade fully-random", "oifname \"eth0\" masquerade fully-random")]
    [TestCase("meta mark & 0x00004000 == 0x00000000 return", "meta mark & 0x00004000 == 0x00004000 return")]
    public void A_mark_that_is_cleared_first_or_none_is_fine(string part, string instead) => Assert.That(Marks(Masquerade.Replace(part, instead)).Lines(), Is.Empty);

    [Test]
    public void Kube_proxy_clears_the_mark() => Assert.That(Marks(KubeProxy("node-a")).Lines("mark-survives-masquerade"), Is.Empty);

    [Test]
    public void A_mark_matters_only_where_there_is_a_tunnel() => Assert.That(new CheckRun().With("node-a/ip-addr.txt", LinkTexts.Node).With("node-a/nft.txt", Masquerade).Lines(), Is.Empty);

    [Test]
    public void A_node_that_does_not_know_a_service_is_named_at_its_map()
    {
        var less = KubeProxy("node-b").Replace("\t\telements = { 10.96.12.34 . tcp . 80 : goto service-7WMVVSI3-default/web/tcp/http }\n", "");
        Assert.That(new CheckRun().With("node-a/nft.txt", KubeProxy("node-a")).With("node-b/nft.txt", less).Lines("service-missing"), Is.EqualTo(new[]
        {
            "node-b/nft.txt:31:2: warning service-missing: node-b does not know default/web:http (10.96.12.34:80/tcp), which node-a knows (node-a/nft.txt:34)",
        }));
    }

    [Test]
    public void Nodes_that_know_the_same_services_and_a_node_without_kube_proxy_are_fine() =>
        Assert.That(new CheckRun().With("node-a/nft.txt", KubeProxy("node-a")).With("node-b/nft.txt", KubeProxy("node-b")).With("gateway/nft.txt", Filter).Lines("service-missing"), Is.Empty);

    /// <summary>Half a dump knows half the services.</summary>
    [Test]
    public void A_dump_cut_short_is_not_asked_for_services()
    {
        var cut = KubeProxy("node-b");
        cut = cut[..cut.IndexOf("elements = { 10.96.12.34 . tcp", StringComparison.Ordinal)];
        Assert.That(new CheckRun().With("node-a/nft.txt", KubeProxy("node-a")).With("node-b/nft.txt", cut).Lines("service-missing"), Is.Empty);
    }
}
