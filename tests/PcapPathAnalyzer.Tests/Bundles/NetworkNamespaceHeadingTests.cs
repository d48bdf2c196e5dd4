using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Dumps;

namespace PcapPathAnalyzer.Tests.Bundles;

/// <summary>One file may hold the output of commands that ran in several network namespaces: what a heading names goes to that one.</summary>
public sealed class NetworkNamespaceHeadingTests
{
    private const string Addresses = "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP\n    link/ether 02:00:00:00:00:0a brd ff:ff:ff:ff:ff:ff\n    inet 10.0.0.7/24 scope global eth0\n";

    [TestCase("ip netns exec web ip addr", "node-a/web")]
    [TestCase("sudo ip netns exec web ip addr", "node-a/web")]
    [TestCase("ip -n web addr", "node-a/web")]
    [TestCase("nsenter --net=/run/netns/web ip addr", "node-a/web")]
    [TestCase("nsenter -t 4711 -n ip addr", "node-a/pid-4711")]
    [TestCase("nsenter --target=4711 --net -- ip addr", "node-a/pid-4711")]
    [TestCase("nsenter -t 1 -m -n ip addr", "node-a")]
    [TestCase("nsenter -t 4711 -m ip addr", "node-a")]
    [TestCase("ip addr", "node-a")]
    public void A_heading_that_names_a_network_namespace_takes_the_records_there(string command, string ns)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "node-a"));
        File.WriteAllText(Path.Combine(folder.Path, "node-a", "all.txt"), $"$ ip route\ndefault via 192.0.2.1 dev eth0 \n$ {command}\n{Addresses}$ ip neigh\n192.0.2.1 dev eth0 lladdr 02:00:00:00:00:01 STALE\n");
        using var bundle = BundleReader.Read(folder.Path);
        var network = PathAnalyzer.BuildNetwork(bundle);
        var owner = network.Namespaces.Single(n => n.Interfaces.Any(i => i.Addresses.Count > 0));
        var node = network.Namespaces.Single(n => n.Name == "node-a");
        Assert.That(owner.Name, Is.EqualTo(ns));
        Assert.That(owner.Node, Is.SameAs(node));
        Assert.That((node.Routes.Count, node.Neighbours.Count), Is.EqualTo((1, 1)));
        Assert.That(owner.DumpedKinds, Does.Contain("ip-addr"));
        Assert.That(node.DumpedKinds.Contains("ip-addr"), Is.EqualTo(owner == node));
    }

    [Test]
    public void Records_say_the_namespace_that_their_heading_names()
    {
        var document = DumpReaders.Read("x", "$ ip netns exec web ip route\ndefault via 192.0.2.1 dev eth0 \n$ ip route\ndefault via 192.0.2.2 dev eth0 \n");
        Assert.That(document.Records.Select(r => (string?)DumpJson.Of(r).Single()["netns"]), Is.EqualTo(new[] { "web", null }));
    }
}
