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

    private const string Sockets = "Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\ntcp   LISTEN 0      128    0.0.0.0:8080       0.0.0.0:*         users:((\"web\",pid=7,fd=3))\n";

    [TestCase("ss -N web -lntup", "ss", Sockets)]
    [TestCase("ss -lntup --net web", "ss", Sockets)]
    [TestCase("bridge -n web fdb", "bridge-fdb", "33:33:00:00:00:01 dev eth0 self permanent\n")]
    [TestCase("ip -n web -d route show table all", "ip-route", "default via 192.0.2.1 dev eth0 \n")]
    [TestCase("ip -netns web neigh", "ip-neigh", "192.0.2.1 dev eth0 lladdr 02:00:00:00:00:01 STALE\n")]
    [TestCase("ip netns exec web iptables-save -c", "iptables-save", "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n")]
    [TestCase("ip netns exec web nft list ruleset", "nft-ruleset", "table ip t {\n}\n")]
    [TestCase("ip netns exec web conntrack -L", "conntrack", "tcp      6 431999 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 [ASSURED] mark=0 use=1\n")]
    public void Every_command_that_can_name_a_namespace_does(string command, string kind, string output)
    {
        var document = DumpReaders.Read("node/all.txt", $"=== {command} ===\n{output}");
        Assert.That(document.Kinds, Is.EqualTo(new[] { kind }));
        Assert.That(document.Records.Select(static r => r.NetworkNamespace).Distinct(), Is.EqualTo(new[] { "web" }));
    }

    [Test]
    public void Records_say_the_namespace_that_their_heading_names()
    {
        var document = DumpReaders.Read("x", "$ ip netns exec web ip route\ndefault via 192.0.2.1 dev eth0 \n$ ip route\ndefault via 192.0.2.2 dev eth0 \n");
        Assert.That(document.Records.Select(r => (string?)DumpJson.Of(r).Single()["netns"]), Is.EqualTo(new[] { "web", null }));
    }
}
