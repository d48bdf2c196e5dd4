using CsCheck;
using PcapPathAnalyzer.Checks;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Tests.Checks;

/// <summary>What the check calls shadowed in nftables, held against the walk of every packet of a small world through the chain.</summary>
public sealed class ShadowedNftRuleProperties
{
    private static readonly string[] Addresses = ["10.0.0.1", "10.0.0.0/24", "10.0.0.0/8", "10.0.1.1", "{ 10.0.0.1, 10.0.1.0/24 }", "10.0.0.1-10.0.0.9"];
    private static readonly string[] Devices = ["\"eth0\"", "\"eth1\"", "\"eth*\"", "{ \"eth0\", \"veth0\" }"];
    private static readonly string[] Ports = ["80", "80-90", "90", "{ 80, 443 }", "> 80"];
    private static readonly string[] States = ["new", "established,new", "{ new, established }", "invalid"];

    private static readonly Gen<string> Rule =
        from source in Condition("ip saddr", Addresses)
        from destination in Condition("ip daddr", Addresses)
        from pair in Rarely("ip saddr . tcp dport { 10.0.0.1 . 80, 10.0.0.9 . 85 }", "ip saddr . tcp dport 10.0.0.1 . 80")
        from device in Condition("iifname", Devices)
        from protocol in OneOf("", "meta l4proto tcp ", "meta l4proto { tcp, udp } ", "meta l4proto != tcp ", "")
        from port in Condition(protocol.Contains('t', StringComparison.Ordinal) ? "tcp dport" : "udp dport", Ports)
        from mark in Rarely("meta mark & 0x00000001 == 0x00000001", "meta mark 0x00000001", "meta mark & 0x00000003 != 0x00000000")
        from state in Condition("ct state", States)
        from target in OneOf("accept", "drop", "return", "meta mark set meta mark | 0x00000001", "meta mark set 0x00000000", "counter")
        select $"{source}{destination}{pair}{device}{protocol}{port}{mark}{state}{target}";

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<string> Rarely(params string[] values) => Gen.Select(Gen.Int[0, 9], OneOf(values), (kind, value) => kind < 8 ? "" : value + " ");

    // Most conditions are left out: rules that ask for much seldom cover each other.
    private static Gen<string> Condition(string field, string[] values) =>
        Gen.Select(Gen.Int[0, 9], OneOf(values), (kind, value) => kind < 7 ? "" : kind < 9 || value[0] == '>' ? $"{field} {value} " : $"{field} != {value} ");

    [Test]
    public void No_packet_gets_to_a_rule_that_is_called_shadowed()
    {
        var shadowed = 0;
        Rule.Array[2, 7].Sample(
            rules =>
            {
                var document = DumpReaders.Read("n/nft.txt", $"table inet t {{\nchain c {{\ntype filter hook forward priority 0; policy accept;\n{string.Join('\n', rules)}\n}}\n}}\n");
                var network = new TopologyBuilder().Add("n", document).Build();
                var lines = DumpChecks.Run(network, []).Where(r => r.Problem.Code == "shadowed-rule").Select(r => r.Problem.Location.Line).ToHashSet();
                if (document.Problems.Count > 0)
                    return false;
                if (lines.Count == 0)
                    return true;
                shadowed += lines.Count;
                var firewall = new Firewall(network.Namespaces[0]);
                return SmallWorld.Packets().All(p => firewall.At("FORWARD", p).All(v => !SmallWorld.Matched(v.Outcome).Any(r => lines.Contains(r.Location.Line))));
            },
            iter: 3000,
            threads: 1);
        Assert.That(shadowed, Is.GreaterThan(500), "the samples hold rules that are shadowed");
    }
}
