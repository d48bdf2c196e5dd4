using System.Net;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>Rulesets of iptables by chance, loaded into the kernel: packets that are forwarded, delivered and sent there, and their answers, meet in the walk the rules that the kernel traced.</summary>
[NonParallelizable]
public sealed class RandomIptablesTests
{
    private static readonly int Rulesets = int.TryParse(Environment.GetEnvironmentVariable("PCAPPATH_RULESETS"), out var n) ? n : 200;

    [TestCase(false, TestName = "{m}(IPv4)")]
    [TestCase(true, TestName = "{m}(IPv6)")]
    public async Task Packets_by_chance_meet_the_rules_of_rulesets_by_chance_as_the_kernel_says(bool isIpv6)
    {
        using var network = new RouterNetwork();
        network.RunWith("on $router ipset restore", RandomIptablesRuleset.Sets(isIpv6));
        network.Run("ip -n $router route add 10.8.0.0/24 via 10.2.0.2; ip -n $router -6 route add fd08::/64 via fd02::2");
        network.KnowNeighbours();
        var first = Chance.Seed;
        var failures = new List<string>();
        var compared = 0;
        for (var seed = first; seed < first + Rulesets && failures.Count < 5; seed++)
        {
            network.Replace(RouterNetwork.Router, new RandomIptablesRuleset(seed, isIpv6).Text(), isIpv6);
            var random = new Random(seed);
            for (var i = 0; i < 8; i++)
            {
                var (from, probe) = Packet(random, isIpv6);
                try
                {
                    await network.AgreeAsync(probe, from);
                    compared++;
                }
                catch (DisagreementException e)
                {
                    failures.Add($"PCAPPATH_SEED={seed} PCAPPATH_RULESETS=1: {e.Message}\n{probe}\n{new RandomIptablesRuleset(seed, isIpv6).Text()}");
                    break;
                }
            }
        }

        TestContext.Out.WriteLine($"{compared} packets of rulesets {first} to {first + Rulesets - 1} agree with the kernel");
        Assert.That(failures, Is.Empty, () => string.Join("\n\n", failures));
    }

    private static (string From, Probe Probe) Packet(Random random, bool isIpv6)
    {
        var from = random.Next(3) == 0 ? RouterNetwork.Router : RouterNetwork.Client;
        var protocol = Pick(random, IpProtocol.Tcp, IpProtocol.Tcp, IpProtocol.Udp, isIpv6 ? IpProtocol.Icmpv6 : IpProtocol.Icmp);
        var source = from == RouterNetwork.Router ? Pick(random, "10.1.0.1", "10.2.0.1") : RouterNetwork.ClientAddress;
        var destination = Pick(random, "10.2.0.2", "10.2.0.2", "10.2.0.3", "10.8.0.1", "10.8.0.2", "10.2.0.1", "10.1.0.1");
        var port = protocol.HasPorts() ? Pick(random, 7, 7, 8, 80) : 0;
        var probe = isIpv6 ? Probe.Of(Ip6Spelling.Address(source), Ip6Spelling.Address(destination), protocol, port) : Probe.Of(source, destination, protocol, port);
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
