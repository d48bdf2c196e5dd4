using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Bundles;

/// <summary>Collectors whose archives are not a plain bundle's files under other names.</summary>
public sealed class CollectorTests
{
    [Test]
    public void A_retina_capture_of_two_nodes_is_read_with_its_commands_in_one_file()
    {
        using var bundle = BundleReader.Read(Path.Combine(TestData.Folder, "collectors", "retina"));
        var result = PathAnalyzer.Analyze(bundle);
        Assert.Multiple(() =>
        {
            Assert.That(bundle.Problems, Is.Empty);
            Assert.That(bundle.Collectors.Select(c => (c.Layout, c.Node)), Is.EqualTo(new[] { ("retina capture", "node-1"), ("retina capture", "node-2") }));
            Assert.That(bundle.Items.Single(i => i.File.Contains("node-1", StringComparison.Ordinal) && i.File.EndsWith("/ip-resources.txt", StringComparison.Ordinal)).Kinds, Is.EquivalentTo(["ip-addr", "ip-neigh", "ip-rule", "ip-route"]));
            Assert.That(result.Network.Find("node-1")!.Tables.Where(t => t.Name == "filter"), Has.Exactly(1).Items, "the saved rules and their listing are the same rules");
            var ping = result.Flows.Single(f => f.Protocol == Primitives.IpProtocol.Icmp);
            Assert.That(ping.Forward.Hops.Select(h => h.Point.ToString()), Is.EqualTo(["node-1:eth0", "node-2:eth0"]));
            Assert.That(ping.Forward.Packets, Is.EqualTo(3));
        });
    }

    [Test]
    public void A_must_gathers_logs_are_no_broken_dumps_and_the_sos_report_in_it_counts()
    {
        using var folder = new TemporaryFolder();
        var gather = folder["must-gather/quay-io-ocp-sha256"];
        foreach (var file in new[] { "cluster-scoped-resources/core/nodes/node-a.yaml", "host_service_logs/masters/kubelet_service.log", "network_logs/ip-a_ovnkube.log", "namespaces/default/core/pods.yaml", "version" })
            folder.Write($"must-gather/quay-io-ocp-sha256/{file}", "kind: List\nitems: []\n");
        foreach (var node in new[] { "node-a", "node-b" })
        {
            var run = folder[$"sosreport-{node}-2026-08-21-abcdefg"];
            var plain = Path.Combine(TestData.Bundle("pod-to-pod"), node);
            foreach (var (from, to) in new[] { ("ip-addr.txt", "networking/ip_-d_address"), ("ip-route.txt", "networking/ip_route_show_table_all") })
                folder.Write(Path.GetRelativePath(folder.Path, Path.Combine(run, "sos_commands", to)), File.ReadAllBytes(Path.Combine(plain, from)));
            folder.Write(Path.GetRelativePath(folder.Path, Path.Combine(run, "hostname")), node + "\n");
            Directory.CreateDirectory(Path.Combine(gather, "sos"));
            ArchiveMaker.TarGz(run, Path.Combine(gather, "sos", Path.GetFileName(run) + ".tar.gz"), "./");
            File.Copy(Path.Combine(plain, "eth0.pcap"), Path.Combine(gather, $"{node}-eth0.pcap"));
            Directory.Delete(run, recursive: true);
        }

        using var bundle = BundleReader.Read(folder["must-gather"]);
        var result = PathAnalyzer.Analyze(bundle);
        Assert.Multiple(() =>
        {
            Assert.That(bundle.Problems, Is.Empty);
            Assert.That(bundle.Items.Where(i => i.File.EndsWith(".yaml", StringComparison.Ordinal) || i.File.EndsWith(".log", StringComparison.Ordinal)).Select(i => i.Role), Is.All.EqualTo(BundleRole.NotNeeded));
            Assert.That(result.CapturePoints.Select(p => p.ToString()), Is.EquivalentTo(["node-a:eth0", "node-b:eth0"]));
            Assert.That(result.Flows, Is.Not.Empty);
        });
    }
}
