using System.Net;
using System.Text.RegularExpressions;
using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Reports.Html;
using PcapPathAnalyzer.Tests.Bundles;
using PcapPathAnalyzer.Tests.Support;
using PcapPathAnalyzer.Topology.Services;

namespace PcapPathAnalyzer.Tests.Reports;

/// <summary>The page's section on services says what the catalogue of services says.</summary>
public sealed partial class ServicesHtmlTests
{
    [TestCase("nodeport")]
    [TestCase("service-nftables")]
    [TestCase("no-endpoints")]
    public void Every_address_and_node_port_stands_there_with_its_kind_and_endpoints(string bundle)
    {
        var result = Analyses.Of(bundle);
        var section = Section(result);
        foreach (var front in ServiceCatalogue.Fronts(result.Network))
        {
            Assert.That(section, Does.Contain(front.First.Address is { } a ? $"{a}:{front.First.Port}" : $"port {front.First.Port}"));
            foreach (var endpoint in front.Entries.SelectMany(static e => e.Endpoints))
                Assert.That(section, Does.Contain($"{endpoint.Address}:{endpoint.Port} {result.Network.Owner(endpoint.Address)?.Name}"));
        }

        Assert.That(section, Does.Not.Contain("nodes disagree").And.Not.Contain("unknown to"));
    }

    [Test]
    public void Where_nodes_disagree_both_sides_stand_there()
    {
        using var folder = new TemporaryFolder();
        ArchiveMaker.Copy(TestData.Bundle("nodeport"), folder["bundle"]);
        var rules = folder["bundle/node-b/iptables-save.txt"];
        File.WriteAllText(rules, File.ReadAllText(rules).Replace("--to-destination 10.244.1.7:8080", "--to-destination 10.244.1.9:8080", StringComparison.Ordinal));
        var section = Section(PathAnalyzer.Analyze(BundleReader.Read(folder["bundle"])));
        Assert.That(section, Does.Contain("nodes disagree").And.Contain("10.244.1.7:8080 node-b/pods/web-1").And.Contain("10.244.1.9:8080 not in the bundle"));
    }

    // The text of the section, blanks made one.
    private static string Section(PcapPathAnalyzer.Diagnosis.AnalysisResult result)
    {
        var writer = new StringWriter();
        HtmlReport.Write(result, writer);
        var html = writer.ToString();
        var section = html[html.IndexOf("<section id=\"services\"", StringComparison.Ordinal)..];
        return Blanks().Replace(WebUtility.HtmlDecode(Tags().Replace(section[..section.IndexOf("</section>", StringComparison.Ordinal)], " ")), " ");
    }

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
