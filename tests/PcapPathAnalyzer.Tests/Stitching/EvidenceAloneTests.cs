using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Tests.Bundles;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Stitching;

/// <summary>Bundles of testdata from which every dump was taken: the captures alone tell what is one packet, and which way it went.</summary>
[TestFixtureSource(typeof(TestData), nameof(TestData.NamesOfDumpedBundles))]
public sealed class EvidenceAloneTests(string bundle)
{
    [TestCase("*", Description = "All captures.")]
    [TestCase("eth0.pcap", Description = "Those of NICs alone, of nodes and pods.")]
    [TestCase("node-?/eth0.pcap", Description = "Those of the two nodes' NICs.")]
    [TestCase("pods/*/eth0.pcap", Description = "Those of pods.")]
    public void Each_packet_is_one_and_goes_from_its_sender_to_its_receiver(string captures)
    {
        using var folder = new TemporaryFolder();
        TestData.Copy(TestData.Bundle(bundle), folder.Path, (file, target) =>
        {
            if (IsKept(Path.GetRelativePath(TestData.Bundle(bundle), file).Replace('\\', '/'), captures))
                File.Copy(file, target);
        });
        if (!Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Any())
            Assert.Ignore("The bundle has no such capture.");
        var result = PathAnalyzer.Analyze(BundleReader.Read(folder.Path));
        var packets = result.Flows.SelectMany(f => f.Forward.Transmissions.Concat(f.Reply.Transmissions)).SelectMany(t => t.Observations.Select(o => (Key: (result.CapturePoints[o.Point].File, (long)o.Frame), Packet: t))).ToDictionary(static p => p.Key, static p => p.Packet);
        foreach (var sent in Truth.Read(bundle).SelectMany(f => f.Observations.Where(o => IsKept(o.File, captures)).GroupBy(o => (f.Token, o.IsReply, o.IpId))))
        {
            var told = sent.Select(o => packets[(o.File, o.Frame)]).Distinct().ToList();
            Assert.That(told, Has.Count.EqualTo(1), $"{sent.Key}");
            var nodes = told[0].Observations.Select(o => NodeOf(result.CapturePoints[o.Point].File)).Distinct();
            Assert.That(nodes, Is.EqualTo(sent.Select(o => NodeOf(o.File)).Distinct()), $"{sent.Key}");
        }
    }

    private static bool IsKept(string file, string captures) => file.Contains(".pcap", StringComparison.Ordinal) && captures switch
    {
        "*" => true,
        "eth0.pcap" => file.Contains("/eth0.pcap", StringComparison.Ordinal),
        "pods/*/eth0.pcap" => file.Contains("/pods/", StringComparison.Ordinal) && file.Contains("/eth0.pcap", StringComparison.Ordinal),
        _ => file.Contains("/eth0.pcap", StringComparison.Ordinal) && file.Count(static c => c == '/') == 1,
    };

    private static string NodeOf(string file) => file[..file.IndexOf('/')];
}
