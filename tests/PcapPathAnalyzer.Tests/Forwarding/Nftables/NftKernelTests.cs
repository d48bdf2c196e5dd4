using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Tests.Support;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Tests.Forwarding.Nftables;

/// <summary>Native rulesets by chance, loaded into the kernel: each packet has to meet in the walk the very rules that the kernel's trace says it met.</summary>
public sealed class NftKernelTests
{
    private const int Rulesets = 10;

    [Test]
    public void The_rules_and_policies_a_packet_meets_are_those_of_the_kernels_trace_in_its_order()
    {
        var seed = Chance.Seed;
        TestContext.Out.WriteLine($"seed {seed}");
        var rulesets = Enumerable.Range(0, Rulesets).ToDictionary(i => $"t{i:00}", i => new RandomNftRuleset(seed + i, $"t{i:00}").Text());
        var run = NftKernelRun.Run(rulesets);
        var packets = NftTrace.Read(run["trace"].Split('\n'), "router", "tracing").Where(p => p.Source.Address.StartsWith("10.1.", StringComparison.Ordinal)).ToList();
        var compared = 0;
        foreach (var name in rulesets.Keys)
        {
            var network = Network(run, name);
            var lines = run[name].Split('\n');
            foreach (var packet in packets.Where(p => p.Events.Exists(e => e.Contains($" {name}", StringComparison.Ordinal))))
            {
                var paths = Walk.Run(network, Request(network, packet)).Paths;
                string Explained() => $"{name} seed {seed}: {packet.Source} > {packet.Destination} {packet.Flags}\nkernel:\n{Join(packet.Events)}\nwalk:\n{string.Join("\nor\n", paths.Select(p => Join(Events(p, lines))))}\n{run[name]}";
                Assert.That(paths.Select(p => Events(p, lines)), Has.Some.EqualTo(packet.Events), Explained);
                var path = paths.First(p => Events(p, lines).SequenceEqual(packet.Events));
                Assert.That(path.Verdict is Verdict.DroppedByRule or Verdict.RejectedByRule, Is.EqualTo(packet.IsDropped), Explained);
                Assert.That(path.Conditions, Is.Empty, Explained);
                compared++;
            }
        }

        TestContext.Out.WriteLine($"{compared} packets of {Rulesets} rulesets agree with the kernel");
        Assert.That(compared, Is.GreaterThan(3 * Rulesets));
    }

    private static Network Network(IReadOnlyDictionary<string, string> run, string ruleset)
    {
        var builder = new TopologyBuilder();
        foreach (var dump in new[] { "ip addr", "ip -d link", "ip route", "sysctl", ruleset })
            builder.Add("router", DumpReaders.Read($"router/{dump}", run[dump]));
        var network = builder.Build();
        Assert.That(network.Find("router")!.NftTables, Has.Count.EqualTo(3));
        return network;
    }

    private static WalkRequest Request(Network network, TracedPacket packet)
    {
        var router = network.Find("router")!;
        var isTcp = packet.Flags.Length > 0;
        return new WalkRequest
        {
            Namespace = router,
            Device = router.Interface("edge"),
            Packet = new PacketState
            {
                Tuple = new FiveTuple(IpAddress.Parse(packet.Source.Address), (ushort)packet.Source.Port, IpAddress.Parse(packet.Destination.Address), (ushort)packet.Destination.Port, isTcp ? IpProtocol.Tcp : IpProtocol.Udp),
                Ttl = 64,
                TcpFlags = isTcp ? 2 : -1,
                Length = isTcp ? 60 : 29,
                DontFragment = true,
            },
        };
    }

    // The monitor knows rules that were loaded after it only by their handles.
    private static string Handle(PathStep step, string[] lines) => lines[step.Location!.Value.Line - 1].Split("# ")[^1];

    private static List<string> Events(WalkPath path, string[] lines) =>
        [.. path.Steps.Where(s => s.Kind is StepKind.Rule or StepKind.Policy && s.Table != "ip tracing")
            .Select(s => s.Kind == StepKind.Policy ? $"{s.Table} {s.Chain} policy {s.Text.TrimEnd(';').Split(' ')[^1].ToUpperInvariant()}" : $"{s.Table} {s.Chain} {Handle(s, lines)}")];

    private static string Join(IEnumerable<string> lines) => string.Join('\n', lines.Select(l => $"  {l}"));
}
