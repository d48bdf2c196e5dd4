using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>Rulesets by chance, loaded into the kernel: packets that are forwarded, delivered and sent there, and their answers, meet in the walk the rules that the kernel traced.</summary>
[NonParallelizable]
public sealed class RandomRulesetTests
{
    private static readonly int Rulesets = int.TryParse(Environment.GetEnvironmentVariable("PCAPPATH_RULESETS"), out var n) ? n : 200;

    private const int RulesetsPerSurroundings = 8;

    [TestCase(false, TestName = "Packets_by_chance_meet_the_rules_of_iptables_by_chance")]
    [TestCase(true, TestName = "Packets_by_chance_meet_the_rules_of_ip6tables_by_chance")]
    public Task Of_iptables(bool isIpv6) => AgreeAsync(isIpv6, seed => new RandomIptablesRuleset(seed, isIpv6).Text(), isIpv6 ? "ip6tables-nft-restore" : "iptables-nft-restore");

    [TestCase(false, TestName = "Packets_by_chance_meet_the_rules_of_nftables_by_chance")]
    [TestCase(true, TestName = "Packets_by_chance_meet_the_rules_of_nftables_by_chance_in_IPv6")]
    public Task Of_nftables(bool isIpv6) => AgreeAsync(isIpv6, seed => new RandomNftRuleset(seed, isIpv6).Text(), "nft -f -");

    private static async Task AgreeAsync(bool isIpv6, Func<int, string> ruleset, string program)
    {
        using var network = new RouterNetwork();
        network.RunWith("on $router ipset restore", RandomIptablesRuleset.Sets(isIpv6));
        network.Run("ip -n $router route add 10.8.0.0/24 via 10.2.0.2; ip -n $router -6 route add fd08::/64 via fd02::2");
        network.KnowNeighbours();
        var first = Chance.Seed;
        var failures = new List<string>();
        var compared = 0;
        var around = -1;
        for (var seed = first; seed < first + Rulesets && failures.Count < 5; seed++)
        {
            if (around != seed / RulesetsPerSurroundings)
                network.Run(RandomSurroundings.Of(around = seed / RulesetsPerSurroundings, isIpv6));
            network.Replace(RouterNetwork.Router, ruleset(seed), program);
            var random = new Random(seed);
            for (var i = 0; i < 8; i++)
            {
                var (from, probe) = RandomProbe.Of(random, isIpv6);
                try
                {
                    await network.AgreeAsync(probe, from);
                    compared++;
                }
                catch (DisagreementException e)
                {
                    failures.Add($"PCAPPATH_SEED={seed} PCAPPATH_RULESETS=1: {e.Message}\n{probe}\n{RandomSurroundings.Of(around, isIpv6)}\n{ruleset(seed)}");
                    break;
                }
            }
        }

        Assert.That(network.Repeated, Is.AtMost(1 + (compared / 1000)), "what the walk leaves to chance would disagree more often");
        TestContext.Out.WriteLine($"{compared} packets of rulesets {first} to {first + Rulesets - 1} agree with the kernel");
        Assert.That(failures, Is.Empty, () => string.Join("\n\n", failures));
    }
}
