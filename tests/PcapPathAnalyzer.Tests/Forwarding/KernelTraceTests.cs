using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Tests.Support;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Tests.Forwarding;

/// <summary>What the dumps predict for each connection of each bundle, held against what the applications saw and which rules the kernel says each packet met.</summary>
[TestFixtureSource(typeof(TestData), nameof(TestData.NamesOfDumpedBundles))]
public sealed class KernelTraceTests(string bundle)
{
    private Network network = null!;
    private IReadOnlyList<TruthFlow> truth = [];
    private IReadOnlyList<TracedPacket> trace = [];

    [OneTimeSetUp]
    public void ReadBundle()
    {
        network = PathAnalyzer.BuildNetwork(BundleReader.Read(TestData.Bundle(bundle)));
        truth = [.. Truth.Read(bundle).Where(f => f.ClientAddress is not null)];
        trace = KernelTrace.Read(bundle);
    }

    [Test]
    public void A_connection_that_was_served_has_a_path_to_the_server_that_served_it_with_the_addresses_it_saw()
    {
        foreach (var flow in truth.Where(f => f.Outcome == "ok" && f.Server is not null))
        {
            var server = flow.Server!;
            var fits = Walk(flow).Where(p => p.Verdict == Verdict.Delivered && p.Steps[^1].Namespace.EndsWith($"/{server.Pod}", StringComparison.Ordinal) && Serves(p.Steps[^1], server)).ToList();
            Assert.That(fits, Is.Not.Empty, flow.Token);
            Assert.That(fits[0].ReplyVerdict, Is.EqualTo(Verdict.Delivered), flow.Token);
            Assert.That(fits[0].Reply[^1].Packet.Tuple, Is.EqualTo(fits[0].Steps[0].Packet.Tuple.Reversed), "the answer comes from where the client asked");
        }
    }

    [Test]
    public void A_connection_that_failed_has_no_path_that_is_delivered()
    {
        foreach (var flow in truth.Where(f => f.Outcome != "ok"))
        {
            var paths = Walk(flow);
            Assert.That(paths.Select(p => p.Verdict), Has.None.EqualTo(Verdict.Delivered), flow.Token);
            Assert.That(paths.Select(p => p.Verdict), Has.All.EqualTo(flow.Outcome.Contains("refused", StringComparison.OrdinalIgnoreCase) ? Verdict.RejectedByRule : Verdict.DroppedByRule), flow.Token);
        }
    }

    [Test]
    public void Probabilities_of_what_chance_alone_decides_add_up_to_one()
    {
        foreach (var flow in truth)
        {
            var paths = Walk(flow);
            Assert.That(paths.Sum(p => p.Probability ?? 0), Is.EqualTo(1).Within(1e-6), flow.Token);
            var usual = paths.Where(p => p.Probability is not null).Select(p => p.Probability!.Value).ToList();
            Assert.That(usual, Has.All.EqualTo(1.0 / usual.Count).Within(1e-6), "kube-proxy gives each endpoint the same share");
        }
    }

    [Test]
    public void The_rules_a_packet_meets_on_each_node_are_those_of_the_kernels_trace_in_its_order()
    {
        var compared = 0;
        foreach (var flow in truth)
        {
            var paths = Walk(flow);
            foreach (var node in trace.Select(t => t.Node).Distinct())
            {
                if (First(node, flow, isReply: false) is not { } request)
                    continue;
                var reply = First(node, flow, isReply: true);
                // The kernel chose one endpoint: one of the branches must have met exactly its rules, both ways.
                var fits = paths.Where(p => (Meets(p, node).SequenceEqual(request.Events) || Events(p.Steps, node).SequenceEqual(request.Events)) && (reply is null || Events(p.Reply, node).SequenceEqual(reply.Events))).ToList();
                Assert.That(fits, Is.Not.Empty, () => $"{flow.Token} on {node}\nkernel:\n{Join(request.Events)}\nwalk:\n{string.Join("\nor\n", paths.Select(p => Join(Events(p.Steps, node))))}\nkernel, reply:\n{Join(reply?.Events ?? [])}\nwalk, reply:\n{string.Join("\nor\n", paths.Select(p => Join(Events(p.Reply, node))))}");
                paths = fits;
                compared++;
            }
        }

        if (trace.Count == 0)
            Assert.Ignore("this bundle has no kernel trace");
        Assert.That(compared, Is.Positive);
        TestContext.Out.WriteLine($"{compared} packets and their replies agree with the kernel's trace");
    }

    [Test]
    public void Every_step_that_a_rule_or_policy_made_cites_the_line_that_says_it()
    {
        foreach (var step in truth.Take(3).SelectMany(Walk).SelectMany(p => p.Steps.Concat(p.Reply)).Where(s => s.Kind is StepKind.Rule or StepKind.Policy))
        {
            Assert.That(step.Location, Is.Not.Null);
            var line = File.ReadAllLines(Path.Combine(TestData.Bundle(bundle), step.Location!.Value.File))[step.Location.Value.Line - 1];
            Assert.That(line.TrimStart(), Does.StartWith(step.Text));
        }
    }

    private IReadOnlyList<WalkPath> Walk(TruthFlow flow)
    {
        var protocol = bundle == "dns" ? "udp" : "tcp";
        var question = new Question { From = flow.Client, To = flow.To, Protocol = protocol, SourcePort = flow.ClientAddress!.Value.Port };
        var request = question.Ask(network, out var error);
        Assert.That(request, Is.Not.Null, error);
        return PcapPathAnalyzer.Forwarding.Walk.Run(network, request!).Paths;
    }

    private static bool Serves(PathStep last, TruthServer server)
    {
        var tuple = last.Packet.Tuple;
        return (server.Local.Address is "0.0.0.0" or "::" || tuple.Destination.ToString() == server.Local.Address) && tuple.DestinationPort == server.Local.Port
            && tuple.Source.ToString() == server.Peer.Address
            && (last.Packet.SourcePorts is { } range ? server.Peer.Port >= range.First && server.Peer.Port <= range.Last : tuple.SourcePort == server.Peer.Port);
    }

    private TracedPacket? First(string node, TruthFlow flow, bool isReply)
    {
        var client = flow.ClientAddress!.Value;
        var ends = new[] { client, flow.Server?.Peer ?? client };
        return trace.FirstOrDefault(t => t.Node == node && t.Flags == (isReply ? "SA" : "S") && ends.Contains(isReply ? t.Destination : t.Source));
    }

    // The kernel traces the ICMP error of a REJECT while it still walks the rule; nft shows it as a packet of its own.
    private static IEnumerable<string> Meets(WalkPath path, string node)
    {
        var events = Events(path.Steps, node).ToList();
        return path.Verdict == Verdict.RejectedByRule && path.Steps[^1].Namespace == node ? [.. events[..^1], .. Events(path.Reply, node), events[^1]] : events;
    }

    private static IEnumerable<string> Events(IReadOnlyList<PathStep> steps, string node) =>
        steps.Where(s => s.Namespace == node && s.Depth == 0 && s.Kind is StepKind.Rule or StepKind.Policy)
            .Select(s => s.Kind == StepKind.Policy ? $"{s.Table} {s.Chain} policy {s.Text.TrimEnd(';').Split(' ')[^1].ToUpperInvariant()}" : $"{s.Table} {s.Chain} {s.Text}");

    private static string Join(IEnumerable<string> lines) => string.Join('\n', lines.Select(l => $"  {l}"));
}
