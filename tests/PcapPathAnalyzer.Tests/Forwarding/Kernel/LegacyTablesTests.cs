using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>
/// Tables of iptables-legacy, which no trace shows in a namespace of its own: their counters do. A packet counts at each rule that
/// the walk says matched, and nowhere else, its answer too; rules of iptables-nft beside them are in the trace as ever.
/// </summary>
[NonParallelizable]
public sealed class LegacyTablesTests
{
    private const int Rulesets = 25;

    [Test]
    public async Task Packets_by_chance_count_at_the_rules_that_the_walk_says_they_meet()
    {
        using var network = new RouterNetwork();
        network.RunWith("on $router ipset restore", RandomIptablesRuleset.Sets());
        network.Run("ip -n $router route add 10.8.0.0/24 via 10.2.0.2");
        network.Load(RouterNetwork.Router, "-A FORWARD -p tcp -j ACCEPT\n*mangle\n-A PREROUTING -m mark --mark 0x1 -j MARK --set-xmark 0x2/0x2");
        network.Load(RouterNetwork.Server, "-A INPUT -p tcp -j DROP\n-A INPUT -p udp -j DROP");
        var seed = Chance.Seed;
        var compared = 0;
        for (var i = seed; i < seed + Rulesets; i++)
        {
            network.RunWith("on $router iptables-legacy-restore", new RandomIptablesRuleset(i).Text());
            foreach (var (destination, protocol) in new[] { ("10.2.0.2", IpProtocol.Tcp), ("10.8.0.1", IpProtocol.Udp), ("10.2.0.1", IpProtocol.Icmp) })
            {
                // What the last probe left behind has come to its end.
                await Task.Delay(50);
                network.Run("for t in raw mangle nat filter; do on $router iptables-legacy -t $t -Z; done");
                var path = await network.AgreeAsync(Probe.Of(RouterNetwork.ClientAddress, destination, protocol, protocol == IpProtocol.Icmp ? 0 : 7) with { Payload = 40 - (protocol == IpProtocol.Tcp ? 20 : 8) }, RouterNetwork.Client);
                // Of ways that legacy rules leave open no trace tells which one was gone.
                if (path.Conditions.Count > 0)
                    continue;
                var counted = Counted(network.Output("on $router iptables-legacy-save -c"));
                var rules = path.Steps.Concat(path.Reply).Where(s => s is { Kind: StepKind.Rule, Namespace: RouterNetwork.Router } && s.Location!.Value.File.EndsWith("legacy-save", StringComparison.Ordinal))
                    .ToLookup(s => s.Text.EndsWith(KernelJudge.Open, StringComparison.Ordinal), s => s.Location!.Value.Line);
                var walked = rules[false].GroupBy(l => l).ToDictionary(g => g.Key, g => (long)g.Count());
                // Where the probe is answered the client, who knows nothing of it, may say more, which counts too.
                foreach (var line in path.Reply.Count > 0 ? walked.Keys : walked.Keys.Union(counted.Keys).Except(rules[true]))
                    Assert.That(counted.GetValueOrDefault(line), path.Reply.Count > 0 ? Is.AtLeast(walked[line]) : Is.EqualTo(walked.GetValueOrDefault(line)), $"seed {i}: {path.Steps[0].Packet.Tuple}, line {line}");
                compared++;
            }
        }

        TestContext.Out.WriteLine($"{compared} packets of {Rulesets} rulesets, the first of seed {seed}, are counted where the walk says");
        Assert.That(compared, Is.Positive);
    }

    // The packets of every rule that has any, by line.
    private static Dictionary<int, long> Counted(string save) =>
        PcapPathAnalyzer.Dumps.DumpReaders.Read("router/save", save).Records.OfType<IptablesTable>().SelectMany(t => t.Chains.Values).SelectMany(c => c.Rules).Where(r => r.Packets > 0).ToDictionary(r => r.Location.Line, r => r.Packets);
}
