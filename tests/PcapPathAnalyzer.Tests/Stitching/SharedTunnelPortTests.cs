using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Stitching.Building;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Stitching;

/// <summary>
/// Answers in fragments, of one connection after the other, through VXLAN: the outer source port is a hash of addresses alone, so that all have the
/// same. Of what is inside the captures kept nothing; which frame begins which answer the payloads told before they were cut.
/// </summary>
public sealed class SharedTunnelPortTests
{
    private static readonly string Folder = Path.Combine(TestData.Folder, "fragments-cut");

    [Test]
    public void Connections_that_have_a_tunnels_port_one_after_the_other_are_told_apart_by_time()
    {
        var packets = new Dictionary<(string File, long Frame), ulong>();
        var result = PathAnalyzer.Analyze(BundleReader.Read(Path.Combine(Folder, "bundle")), new AnalysisOptions
        {
            Packets = (in PacketSighting s) => packets.Add((s.Point.File, s.Frame), (ulong)s.PacketId),
        });
        var answers = JObject.Parse(File.ReadAllText(Path.Combine(Folder, "truth.json")))["flows"]!
            .Select(f => f["observations"]!.Where(o => (string)o["dir"]! == "reply").Select(o => ((string)o["file"]!, (long)o["frame"]!)).ToList()).ToList();
        Assert.That(answers, Has.Count.EqualTo(8));
        foreach (var answer in answers)
            Assert.That(answer.Select(packets.GetValueOrDefault).Distinct().Count(), Is.EqualTo(1), string.Join(' ', answer));
        Assert.That(answers.Select(a => packets[a[0]]).Distinct().Count(), Is.EqualTo(8), "each is a packet of its own");
        Assert.That(result.CapturePoints.SelectMany(p => p.Tunnels).Sum(t => t.Cut - t.Inferred), Is.Zero, "later fragments belong to somebody, too");
    }
}
