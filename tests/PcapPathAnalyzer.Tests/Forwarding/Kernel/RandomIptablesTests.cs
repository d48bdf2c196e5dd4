using System.Net;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>Rulesets of iptables by chance, loaded into the kernel: packets that are forwarded, delivered and sent there, and their answers, meet in the walk the rules that the kernel traced.</summary>
[NonParallelizable]
public sealed class RandomIptablesTests
{
    private static readonly int Rulesets = int.TryParse(Environment.GetEnvironmentVariable("PCAPPATH_RULESETS"), out var n) ? n : 200;

    [Test]
    public async Task Packets_by_chance_meet_the_rules_of_rulesets_by_chance_as_the_kernel_says()
    {
        using var network = new RouterNetwork();
        network.RunWith("on $router ipset restore", RandomIptablesRuleset.Sets);
        network.Run("ip -n $router route add 10.8.0.0/24 via 10.2.0.2");
        var first = Chance.Seed;
        var failures = new List<string>();
        var compared = 0;
        for (var seed = first; seed < first + Rulesets && failures.Count < 5; seed++)
        {
            network.Replace(RouterNetwork.Router, new RandomIptablesRuleset(seed).Text());
            var random = new Random(seed);
            for (var i = 0; i < 8; i++)
            {
                var (from, probe) = Packet(random);
                try
                {
                    await network.AgreeAsync(probe, from);
                    compared++;
                }
                catch (DisagreementException e)
                {
                    failures.Add($"PCAPPATH_SEED={seed} PCAPPATH_RULESETS=1: {e.Message}\n{probe}\n{new RandomIptablesRuleset(seed).Text()}");
                    break;
                }
            }
        }

        TestContext.Out.WriteLine($"{compared} packets of rulesets {first} to {first + Rulesets - 1} agree with the kernel");
        Assert.That(failures, Is.Empty, () => string.Join("\n\n", failures));
    }

    private static (string From, Probe Probe) Packet(Random random)
    {
        var from = random.Next(3) == 0 ? RouterNetwork.Router : RouterNetwork.Client;
        var protocol = Pick(random, IpProtocol.Tcp, IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Icmp);
        var source = from == RouterNetwork.Router ? Pick(random, "10.1.0.1", "10.2.0.1") : RouterNetwork.ClientAddress;
        var probe = Probe.Of(source, Pick(random, "10.2.0.2", "10.2.0.2", "10.2.0.3", "10.8.0.1", "10.8.0.2", "10.2.0.1", "10.1.0.1"), protocol, protocol == IpProtocol.Icmp ? 0 : Pick(random, 7, 7, 8, 80));
        return (from, probe with
        {
            Ttl = Pick(random, (byte)64, (byte)64, (byte)63, (byte)2, (byte)1),
            TcpFlags = Pick(random, (byte)0x02, (byte)0x02, (byte)0x02, (byte)0x10, (byte)0x12, (byte)0x04, (byte)0x01, (byte)0x29),
            TrafficClass = Pick(random, (byte)0, (byte)0, (byte)0x28, (byte)0x10),
            Payload = Pick(random, 0, 8, 30),
            Mark = from == RouterNetwork.Router ? Pick(random, 0, 0, 1, 2, 0x10) : 0,
        });
    }

    private static T Pick<T>(Random random, params T[] values) => values[random.Next(values.Length)];
}
