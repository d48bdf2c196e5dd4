using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Tests.Bundles;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Stitching;

/// <summary>Bundles cut to the headers' first bytes and without conntrack: no packet tells that two tuples are one connection, the rules do.</summary>
public sealed class RuleJoinTests
{
    /// <summary>Ethernet, IPv4, and ports: of TCP not even all sequence numbers.</summary>
    private const int SnapLength = 42;

    [Test]
    public void Where_packets_tell_nothing_the_rules_join_what_they_translate([Values("dns", "nodeport", "service", "service-nftables")] string bundle)
    {
        var cut = Analyze(bundle, squeeze: 1);
        var expected = Analyses.Of(bundle).Flows.Where(f => f.Protocol.HasPorts()).Select(f => $"{f.Requested} {f.Served}");
        Assert.That(cut.Flows.Where(f => f.Protocol.HasPorts()).Select(f => $"{f.Requested} {f.Served}"), Is.EquivalentTo(expected));
        Assert.That(cut.Flows.Where(f => f.Served is { } s && s != f.Requested).Select(f => f.Joins), Has.All.Some.Contains("iptables-save.txt").Or.All.Some.Contains("nft"));
        Assert.That(cut.Flows.SelectMany(f => f.Joins).Where(j => j.StartsWith("ambiguous", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Where_several_connections_at_one_time_fit_none_is_joined_by_chance()
    {
        var flows = Analyze("nodeport", squeeze: 1000).Flows.Where(f => f.Protocol.HasPorts()).ToList();
        var whole = Analyses.Of("nodeport").Flows.ToDictionary(f => f.Requested);
        Assert.That(flows.SelectMany(f => f.Joins), Has.Some.StartsWith("ambiguous: the rules lead from "));
        foreach (var flow in flows.Where(f => f.IsClientTranslated))
            Assert.That(flow.Served, Is.EqualTo(whole[flow.Requested].Served));
        Assert.That(flows.Count(f => !f.IsClientTranslated), Is.GreaterThan(4));
    }

    // The bundle with each frame cut, conntrack dumps left out, and time running faster.
    private static AnalysisResult Analyze(string bundle, int squeeze)
    {
        using var folder = new TemporaryFolder();
        long? start = null;
        TestData.Copy(TestData.Bundle(bundle), folder.Path, (file, target) =>
        {
            if (Path.GetFileName(file).Contains("conntrack", StringComparison.Ordinal))
                return;
            if (Path.GetExtension(file) is not (".pcap" or ".pcapng"))
            {
                File.Copy(file, target);
                return;
            }

            using var reader = CaptureReader.Open(file);
            PcapWriter? writer = null;
            while (reader.TryRead(out var frame))
            {
                start ??= frame.Time.Nanoseconds;
                writer ??= new PcapWriter(File.Create(target), reader.Interfaces[0].LinkType, SnapLength);
                writer.Write(new Timestamp(start.Value + ((frame.Time.Nanoseconds - start.Value) / squeeze)), frame.Data[..Math.Min(SnapLength, frame.Data.Length)], frame.OriginalLength);
            }

            writer?.Dispose();
        });

        return PathAnalyzer.Analyze(BundleReader.Read(folder.Path));
    }
}
