using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Diagnosis;

/// <summary>A bundle with few of its captures, so that nothing shows the packets behind the translation.</summary>
public sealed class UnseenTranslationTests
{
    private static readonly string[] Client = ["node-a/pods/client-0/eth0.pcap"];
    private static readonly string[] ClientAndNics = [.. Client, "node-a/eth0.pcap", "node-b/eth0.pcap"];

    [Test]
    public void The_rule_that_chose_an_endpoint_is_cited_where_no_capture_lies_behind_it([Values] bool hasConntrack, [Values] bool hasNics, [Values(64, 262144)] int snapLength)
    {
        var result = Analyze(hasNics ? ClientAndNics : Client, hasConntrack, snapLength);
        var kernel = Truth.KernelDnat("service");
        var truth = Truth.Read("service");
        Assert.That(truth, Is.Not.Empty);
        foreach (var expected in truth)
        {
            var (client, server) = (expected.ClientAddress!.Value, expected.Server!);
            var flow = result.Flows.Single(f => f.Requested.SourcePort == client.Port && f.Requested.Destination.ToString() == expected.RequestedAddress);
            var actions = flow.Forward.Hops.SelectMany(h => h.Actions).Concat(flow.Unseen?.Actions ?? []).Where(a => a.Name == "dnat").ToList();
            Assert.Multiple(() =>
            {
                Assert.That(flow.Served?.Destination.ToString(), Is.EqualTo(server.Local.Address), flow.Id);
                Assert.That(actions, Has.Count.EqualTo(1), flow.Id);
                Assert.That(actions[0].Citation?.Text, Does.EndWith($"--to-destination {server.Local.Address}:{server.Local.Port}"), flow.Id);
                if (kernel.TryGetValue((client.Address, client.Port, expected.RequestedAddress), out var rule))
                    Assert.That(actions[0].Citation?.Text, Is.EqualTo(rule), flow.Id);
                if (hasConntrack)
                    Assert.That(flow.Forward.Hops.Where(h => h.IsTunnelled).Select(h => h.Tuple.Destination.ToString()), Has.All.EqualTo(server.Local.Address), $"{flow.Id}: the service's address is not inside the tunnel");
                if (flow.Unseen is not null)
                    Assert.That(flow.Joins, Has.Some.StartsWith("inferred: behind the last capture point node-a/iptables-save.txt"), flow.Id);
            });
        }
    }

    [Test]
    public void An_answer_that_fits_no_way_of_the_rules_is_not_put_down_to_any_endpoint()
    {
        // From two nodes away, if it began with 64: no endpoint is.
        var result = Analyze(Client, hasConntrack: false, 262144, answersTtl: 59);
        var flows = result.Flows.Where(f => f.Protocol == IpProtocol.Tcp).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(flows, Is.Not.Empty);
            Assert.That(flows.Select(f => f.Served), Has.All.Null);
            Assert.That(flows.Select(f => f.Unseen), Has.All.Null);
            Assert.That(flows.Select(f => f.Joins), Has.All.Some.Contains("ambiguous: the rules lead from").And.All.Some.Contains("10.244.0.6:8080, 10.244.1.7:8080"));
        });
    }

    [Test]
    public void NICs_whose_packets_are_cut_inside_the_tunnel_tell_how_far_the_nodes_clocks_are_apart()
    {
        var result = Analyze(ClientAndNics, hasConntrack: true, 64, shift: 75_000_000_000);
        var (sure, clock) = (Analyze(ClientAndNics, hasConntrack: true, 262144).Clocks.Estimates.Single(n => n.Name == "node-b"), result.Clocks.Estimates.Single(n => n.Name == "node-b"));
        Assert.Multiple(() =>
        {
            Assert.That(clock.Offset - sure.Offset, Is.EqualTo(75_000_000_000).Within(1_000_000));
            Assert.That(result.Flows.Where(f => f.Forward.Hops.Count == 3).SelectMany(f => f.Forward.Transmissions).Select(t => t.Observations.Count), Is.Not.Empty.And.All.EqualTo(3));
        });
    }

    private static AnalysisResult Analyze(string[] captures, bool hasConntrack, int snapLength, byte answersTtl = 0, long shift = 0)
    {
        var bundle = TestData.Bundle("service");
        return PathAnalyzer.Analyze(BundleReader.Read(TestData.Copy(bundle, ScratchFolder.Create("unseen"), (file, target) =>
        {
            var name = Path.GetRelativePath(bundle, file).Replace('\\', '/');
            if (Path.GetExtension(file) == ".pcap")
            {
                if (captures.Contains(name))
                    Rewrite(file, target, snapLength, answersTtl, name.StartsWith("node-b", StringComparison.Ordinal) ? shift : 0);
            }
            else if (hasConntrack || Path.GetFileName(file) != "conntrack.txt")
            {
                File.Copy(file, target);
            }
        })));
    }

    private static void Rewrite(string file, string target, int snapLength, byte answersTtl, long shift)
    {
        // A frame's answer: IPv4 behind Ethernet, from the service's address.
        var service = IpAddress.Parse("10.96.12.34").ToString().Split('.').Select(byte.Parse).ToArray();
        using var reader = CaptureReader.Open(file);
        using var writer = new PcapWriter(File.Create(target), LinkType.Ethernet, snapLength);
        while (reader.TryRead(out var frame))
        {
            var data = frame.Data[..Math.Min(snapLength, frame.Data.Length)].ToArray();
            if (answersTtl != 0 && data.Length > 34 && data.AsSpan(26, 4).SequenceEqual(service))
                data[22] = answersTtl;
            writer.Write(new Timestamp(frame.Time.Nanoseconds + shift), data, frame.OriginalLength);
        }
    }
}
