using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Stitching;

/// <summary>A snap length of 64 cuts what ICMP errors quote between the ports.</summary>
public sealed class CutQuoteTests
{
    [Test]
    public void An_ICMP_error_whose_quote_is_cut_is_still_about_the_same_connection(
        [Values("connection-refused-udp", "no-endpoints", "no-route", "rejected-by-rule", "service-missing")] string name)
    {
        var whole = TestData.FindingBundle(name);
        var expected = Errors(whole);
        Assert.That(expected, Is.Not.Empty);
        Assert.That(Errors(Cut(whole, 64)), Is.EqualTo(expected));
    }

    [Test]
    public void Where_several_connections_fit_what_is_left_of_a_quote_it_is_about_none()
    {
        var whole = TestData.FindingBundle("reply-from-other-address");
        var expected = Errors(whole);
        Assert.That(Errors(Cut(whole, 64)), Is.SubsetOf(expected).And.Count.LessThan(expected.Count));
    }

    [Test]
    public void Where_the_quote_is_gone_the_dump_of_sockets_tells_that_nobody_waits_for_the_datagrams()
    {
        var bundle = Cut(TestData.FindingBundle("connection-refused-udp"), 60);
        File.AppendAllText(Path.Combine(bundle, "node-b/pods/web-1/ss.txt"), "udp   UNCONN 0      0            0.0.0.0:5300       0.0.0.0:*\n");
        var findings = PathAnalyzer.Analyze(BundleReader.Read(bundle)).Findings;
        Assert.That(findings.Select(f => (f.Code, f.Confidence)), Does.Contain(("udp-unanswered", "likely")));
        Assert.That(findings.First(f => f.Code == "udp-unanswered").Message, Does.Contain("no socket waits for them in the dump"));
    }

    private static List<string> Errors(string bundle) =>
        [.. PathAnalyzer.Analyze(BundleReader.Read(bundle)).Flows.Where(f => f.IcmpErrors.Count > 0)
            .Select(f => $"{f.Requested} {f.Outcome} {string.Join(' ', f.IcmpErrors.Select(e => $"{e.Sender} {e.Type}/{e.Code}").Distinct().Order(StringComparer.Ordinal))}").Order(StringComparer.Ordinal)];

    private static string Cut(string bundle, int snapLength) => TestData.Copy(bundle, ScratchFolder.Create("cut"), (file, target) =>
    {
        if (Path.GetExtension(file) != ".pcap")
        {
            File.Copy(file, target);
            return;
        }

        using var reader = CaptureReader.Open(file);
        using var writer = new PcapWriter(File.Create(target), reader.Interfaces[0].LinkType, snapLength);
        while (reader.TryRead(out var frame))
            writer.Write(frame.Time, frame.Data[..Math.Min(snapLength, frame.Data.Length)], frame.OriginalLength);
    });
}
