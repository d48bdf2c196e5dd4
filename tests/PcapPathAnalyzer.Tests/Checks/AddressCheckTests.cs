namespace PcapPathAnalyzer.Tests.Checks;

/// <summary>Addresses and subnets that stand twice.</summary>
public sealed class AddressCheckTests
{
    private const string NodeA = LinkTexts.Node;

    [Test]
    public void Two_nodes_with_one_address_are_named_with_both_lines()
    {
        var run = new CheckRun().With("node-a/ip-addr.txt", NodeA)
            .With("node-b/ip-addr.txt", NodeA.Replace("00:00:0a", "00:00:0b").Replace("10.244.0.", "10.244.1."));
        Assert.That(run.Lines("duplicate-address"), Is.EqualTo(new[]
        {
            "node-b/ip-addr.txt:3:1: error duplicate-address: 192.168.5.11 on node-b:eth0 is also on node-a:eth0 (node-a/ip-addr.txt:3)",
        }));
    }

    [Test]
    public void Loopback_link_local_and_IPVS_addresses_stand_on_every_node()
    {
        const string shared = """
            1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN
                link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
                inet 127.0.0.1/8 scope host lo
                inet 10.9.9.9/32 scope global lo
            7: kube-ipvs0: <BROADCAST,NOARP> mtu 1500 state DOWN
                link/ether 02:00:00:00:00:77 brd ff:ff:ff:ff:ff:ff
                inet 10.96.0.1/32 scope global kube-ipvs0
            8: cali123@if4: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP
                link/ether ee:ee:ee:ee:ee:ee brd ff:ff:ff:ff:ff:ff
                inet 169.254.1.1/32 scope global cali123
            """;
        Assert.That(new CheckRun().With("node-a/ip-addr.txt", shared).With("node-b/ip-addr.txt", shared).Lines("duplicate-address"), Is.Empty);
    }

    [Test]
    public void Two_nodes_with_one_pod_subnet_are_named_where_the_cluster_routes_it()
    {
        var run = new CheckRun().With("node-a/ip-addr.txt", NodeA)
            .With("node-b/ip-addr.txt", NodeA.Replace("192.168.5.11", "192.168.5.12"))
            .With("node-c/ip-route.txt", "10.244.0.0/24 via 192.168.5.11 dev eth0");
        Assert.That(run.Lines("pod-subnet-overlap", "duplicate-address"), Is.EqualTo(new[]
        {
            "node-b/ip-addr.txt:7:1: error pod-subnet-overlap: pod subnet 10.244.0.0/24 of node-b:cni0 overlaps 10.244.0.0/24 of node-a:cni0 (node-a/ip-addr.txt:7)",
        }));
    }

    [Test]
    public void A_bridge_of_the_same_default_range_on_each_node_stays_silent_where_nobody_routes_it()
    {
        var docker = NodeA.Replace("cni0", "docker0").Replace("10.244.0", "172.17.0");
        var run = new CheckRun().With("node-a/ip-addr.txt", docker).With("node-b/ip-addr.txt", docker.Replace("192.168.5.11", "192.168.5.12"))
            .With("node-a/c1/ip-addr.txt", Container).With("node-b/c1/ip-addr.txt", Container.Replace("02:42:ac:11:00:02", "02:42:ac:11:00:99"));
        Assert.That(run.Lines("pod-subnet-overlap", "duplicate-address"), Is.Empty);
    }

    private const string Container = """
        4: eth0@if9: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP
            link/ether 02:42:ac:11:00:02 brd ff:ff:ff:ff:ff:ff
            inet 172.17.0.2/16 brd 172.17.255.255 scope global eth0
        """;
}
