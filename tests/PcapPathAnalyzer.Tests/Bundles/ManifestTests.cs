using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Bundles;

/// <summary><c>bundle.json</c> settles what cannot be found, and <c>inspect-bundle</c> says what was found.</summary>
public sealed class ManifestTests
{
    private TemporaryFolder folder = null!;

    [SetUp]
    public void CopyBundle()
    {
        folder = new TemporaryFolder();
        ArchiveMaker.Copy(TestData.Bundle("service"), folder.Path);
    }

    [TearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public void It_names_the_interface_of_a_capture_before_anything_else_does()
    {
        Directory.CreateDirectory(folder["captures"]);
        File.Move(folder["node-a/eth0.pcap"], folder["captures/cni0.pcap"]);
        folder.Write("bundle.json", """{ "schema": 1, "captures": { "captures/cni0.pcap": { "namespace": "node-a", "interface": "eth0" } } }""");
        using var bundle = BundleReader.Read(folder.Path);
        Assert.That(bundle.Problems, Is.Empty);
        var point = PathAnalyzer.Analyze(bundle).CapturePoints.Single(p => p.File == "captures/cni0.pcap");
        Assert.That((point.Namespace, point.Interface, point.Reason, point.IsCertain), Is.EqualTo(("node-a", "eth0", "bundle.json", true)));
    }

    [Test]
    public void It_names_namespaces_and_their_nodes()
    {
        Directory.CreateDirectory(folder["10.0.0.7"]);
        Directory.Move(folder["node-a/pods/web-0"], folder["10.0.0.7/x"]);
        folder.Write("bundle.json", """{ "namespaces": { "web": { "folders": ["10.0.0.7"], "node": "node-a" } } }""");
        using var bundle = BundleReader.Read(folder.Path);
        var network = PathAnalyzer.BuildNetwork(bundle);
        Assert.That(network.Find("web")!.Node.Name, Is.EqualTo("node-a"));
        Assert.That(bundle.Captures.Single(c => c.File.StartsWith("10.0.0.7", StringComparison.Ordinal)).Namespace, Is.EqualTo("web"));
    }

    [Test]
    public void It_states_how_wrong_a_clock_was()
    {
        folder.Write("bundle.json", """{ "clocks": { "node-b": { "offsetSeconds": -0.7000000001 } } }""");
        using var bundle = BundleReader.Read(folder.Path);
        var clocks = PathAnalyzer.Analyze(bundle).Clocks.Estimates.ToDictionary(e => e.Name);
        Assert.That(clocks["node-b"].Offset, Is.EqualTo(-700_000_000));
        Assert.That(clocks["node-b"].Basis, Is.EqualTo("bundle.json"));
        Assert.That(clocks["node-a"].Offset, Is.EqualTo(-700_000_000).Within(1_000_000), "estimated from packets, against the stated one");
    }

    [TestCase("{", "no valid JSON")]
    [TestCase("[]", "not a JSON object")]
    [TestCase("""{ "captures": { "a": 1 } }""", "captures/a is no object")]
    [TestCase("""{ "captures": { "a": { "interface": 3 } } }""", "interface is no text")]
    [TestCase("""{ "clocks": { "a": { "offsetSeconds": "x" } } }""", "offsetSeconds")]
    [TestCase("""{ "clocks": { "a": { "offsetSeconds": 1e300 } } }""", "offsetSeconds")]
    [TestCase("""{ "capture": {} }""", "unknown member capture")]
    [TestCase("""{ "namespaces": { "a": { "folders": [1] } } }""", "no text")]
    [TestCase("""{ "schema": 2 }""", "schema is not 1")]
    public void What_cannot_be_used_of_it_is_said_with_its_line(string text, string message)
    {
        folder.Write("bundle.json", "\n" + text);
        using var bundle = BundleReader.Read(folder.Path);
        var problem = bundle.Problems.Single(p => p.Location.File == "bundle.json");
        Assert.That(problem.Message, Does.Contain(message));
        if (text != "[]")
            Assert.That(problem.Location.Line, Is.EqualTo(2));
        Assert.That(bundle.Captures, Has.Count.EqualTo(12));
    }

    [Test]
    public void Endless_nesting_is_no_danger()
    {
        folder.Write("bundle.json", new string('[', 1_000_000));
        using var bundle = BundleReader.Read(folder.Path);
        Assert.That(bundle.Problems.Single(p => p.Location.File == "bundle.json").Message, Does.Contain("no valid JSON"));
    }

    [Test]
    public void The_schema_names_every_member_that_is_read()
    {
        var schema = JObject.Parse(BundleSchema.Text);
        Assert.That(((JObject)schema["properties"]!).Properties().Select(p => p.Name), Is.EquivalentTo(new[] { "$schema", "schema", "description", "namespaces", "captures", "dumps", "clocks" }));
    }

    [Test]
    public void Inspection_says_where_every_capture_was_taken_and_what_is_missing()
    {
        File.Delete(folder["node-a/ip-route.txt"]);
        foreach (var file in Directory.GetFiles(folder["node-b/pods"], "*.pcap", SearchOption.AllDirectories))
            File.Delete(file);
        using var bundle = BundleReader.Read(folder.Path);
        var inspection = BundleInspector.Inspect(bundle);
        Assert.That(inspection.CapturePoints.Select(p => (p.File, p.Interface)), Does.Contain(("node-a/flannel.1.pcap", "flannel.1")));
        var missing = inspection.Missing.Select(m => (m.Namespace, m.What)).ToList();
        Assert.That(missing, Does.Contain(("node-a", "ip-route")).And.Contain(("node-b/pods/web-1", "capture")));
        Assert.That(missing, Does.Not.Contain(("node-b", "ip-route")));
        Assert.That(bundle.Items.Select(i => i.File), Is.EquivalentTo(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder.Path, f))));
    }

    [TestCase("captures/x.pcap", "node-a/pods/web-0/eth0.pcap", "node-a/pods/web-0", TestName = "A_pods_capture_in_a_folder_of_captures_is_found_by_its_MAC_address")]
    [TestCase("captures/vethadab671d-01.pcap", "node-b/vethadab671d.pcap", "node-b", TestName = "A_capture_named_after_an_interface_that_only_one_namespace_has_is_that_ones")]
    [TestCase("captures/node-b_eth0.pcap", "node-b/eth0.pcap", "node-b", TestName = "A_capture_named_after_a_namespace_is_that_ones")]
    public void Home(string moved, string original, string ns)
    {
        Directory.CreateDirectory(folder["captures"]);
        File.Move(folder[original], folder[moved]);
        using var bundle = BundleReader.Read(folder.Path);
        Assert.That(bundle.Captures.Single(c => c.File == moved).Namespace, Is.EqualTo(ns));
        var point = BundleInspector.Inspect(bundle).CapturePoints.Single(p => p.File == moved);
        Assert.That(point.Interface, Is.EqualTo(Path.GetFileNameWithoutExtension(original)));
    }

    [Test]
    public void A_capture_whose_every_packet_carries_the_addresses_of_two_nodes_is_given_to_neither()
    {
        Directory.CreateDirectory(folder["captures"]);
        File.Move(folder["node-b/eth0.pcap"], folder["captures/y.pcap"]);
        using var bundle = BundleReader.Read(folder.Path);
        Assert.That(bundle.Captures.Single(c => c.File == "captures/y.pcap").Namespace, Is.EqualTo("captures"));
        Assert.That(BundleInspector.Inspect(bundle).Missing.Where(m => m.What == "bundle.json").Select(m => m.Why), Has.Some.Contains("captures/y.pcap"));
    }
}
