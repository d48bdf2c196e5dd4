using CsCheck;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Tests.Checks;

/// <summary>What the check calls shadowed, held against the walk of every packet of a small world through the chain.</summary>
public sealed class ShadowedRuleProperties
{
    private static readonly string[] Addresses = ["10.0.0.1/32", "10.0.0.0/24", "10.0.0.0/8", "10.0.1.1/32", "0.0.0.0/1"];
    private static readonly string[] Devices = ["eth0", "eth1", "eth+", "veth0"];
    private static readonly string[] Ports = ["80", "80:90", "90", "1:65535"];
    private static readonly string[] Marks = ["0x1/0x1", "0x3/0x3", "0x0/0x1", "0x2/0x2"];
    private static readonly string[] States = ["NEW", "ESTABLISHED", "NEW,ESTABLISHED", "INVALID"];

    private static readonly Gen<string> Rule =
        from source in Condition("-s", Addresses)
        from destination in Condition("-d", Addresses)
        from device in Condition("-i", Devices)
        from protocol in OneOf("", " -p tcp", " -p udp", " ! -p tcp")
        from port in OneOf(["", .. Ports])
        from mark in Condition("-m mark --mark", Marks)
        from state in Condition("-m conntrack --ctstate", States)
        from target in OneOf("ACCEPT", "DROP", "RETURN", "MARK --set-xmark 0x1/0x1", "MARK --set-xmark 0x0/0x3")
        select $"-A FORWARD{source}{destination}{device}{protocol}{(port.Length > 0 && protocol is " -p tcp" or " -p udp" ? $" -m{protocol[3..]} --dport {port}" : "")}{mark}{state} -j {target}";

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    // Most conditions are left out: rules that ask for much seldom cover each other.
    private static Gen<string> Condition(string option, string[] values) =>
        Gen.Select(Gen.Int[0, 9], OneOf(values), (kind, value) => kind switch
        {
            < 7 => "",
            < 9 => $" {option} {value}",
            _ => option.StartsWith("-m", StringComparison.Ordinal) ? $" {option.Insert(option.IndexOf("--", StringComparison.Ordinal), "! ")} {value}" : $" ! {option} {value}",
        });

    [Test]
    public void No_packet_gets_to_a_rule_that_is_called_shadowed()
    {
        var shadowed = 0;
        Rule.Array[2, 7].Sample(
            rules =>
            {
                var document = DumpReaders.Read("n/rules.txt", $"*filter\n:FORWARD ACCEPT [0:0]\n{string.Join('\n', rules)}\nCOMMIT\n");
                var network = new TopologyBuilder().Add("n", document).Build();
                var lines = PcapPathAnalyzer.Checks.DumpChecks.Run(network, []).Where(r => r.Problem.Code == "shadowed-rule").Select(r => r.Problem.Location.Line).ToHashSet();
                if (lines.Count == 0)
                    return true;
                shadowed += lines.Count;
                var table = network.Namespaces[0].Tables.Single();
                return SmallWorld.Packets().All(p => TableWalker.Walk(network.Namespaces[0], table, "FORWARD", p).All(o => !SmallWorld.Matched(o).Any(r => lines.Contains(r.Location.Line))));
            },
            iter: 3000,
            threads: 1);
        Assert.That(shadowed, Is.GreaterThan(500), "the samples hold rules that are shadowed");
    }
}
