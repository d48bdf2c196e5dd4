namespace PcapPathAnalyzer.Tests.Checks;

/// <summary>Routes against addresses, devices and neighbours.</summary>
public sealed class RouteCheckTests
{
    private const string Node = LinkTexts.Eth0 + "\n" + """
        3: eth1: <BROADCAST,MULTICAST> mtu 1500 state DOWN
            link/ether 02:00:00:00:01:0a brd ff:ff:ff:ff:ff:ff
            inet 10.7.0.1/24 scope global eth1
        """;

    [Test]
    public void A_gateway_on_no_subnet_of_its_device_is_named()
    {
        var lines = new CheckRun().With("node-a/ip-addr.txt", Node).With("node-a/ip-route.txt", "192.168.5.0/24 dev eth0 proto kernel scope link src 192.168.5.11\ndefault via 192.168.6.1 dev eth0").Lines("gateway-unreachable");
        Assert.That(lines, Is.EqualTo(new[] { "node-a/ip-route.txt:2:1: error gateway-unreachable: the default route goes via 192.168.6.1, which is on no subnet of eth0" }));
    }

    [TestCase("default via 192.168.6.1 dev eth0 onlink")]
    [TestCase("default via 192.168.5.1 dev eth0")]
    [TestCase("169.254.1.1 dev eth0 scope link\ndefault via 169.254.1.1 dev eth0")]
    [TestCase("default via fe80::1 dev eth0 proto ra metric 1024")]
    public void A_gateway_that_is_onlink_connected_or_has_a_route_of_its_own_is_fine(string routes) =>
        Assert.That(new CheckRun().With("node-a/ip-addr.txt", Node).With("node-a/ip-route.txt", routes).Lines(), Is.Empty);

    [Test]
    public void A_route_by_a_device_that_is_absent_or_down_is_named()
    {
        var lines = new CheckRun().With("node-a/ip-addr.txt", Node).With("node-a/ip-route.txt", "10.244.1.0/24 via 10.244.1.0 dev flannel.1 onlink\n10.8.0.0/16 via 10.7.0.2 dev eth1").Lines();
        Assert.That(lines, Is.EqualTo(new[]
        {
            "node-a/ip-route.txt:1:1: error route-device-absent: the route to 10.244.1.0/24 leaves by flannel.1, which node-a does not have",
            "node-a/ip-route.txt:2:1: error route-device-down: the route to 10.8.0.0/16 leaves by eth1, which is down (node-a/ip-addr.txt:4)",
        }));
    }

    [Test]
    public void An_idle_bridge_without_carrier_is_no_trouble()
    {
        var lines = new CheckRun().With("node-a/ip-addr.txt", Node.Replace("3: eth1: <BROADCAST,MULTICAST>", "3: docker0: <NO-CARRIER,BROADCAST,MULTICAST,UP>"))
            .With("node-a/ip-route.txt", "10.7.0.0/24 dev docker0 proto kernel scope link src 10.7.0.1 linkdown").Lines();
        Assert.That(lines, Is.Empty);
    }

    [Test]
    public void A_failed_neighbour_that_is_a_gateway_is_named_with_the_route()
    {
        var run = new CheckRun().With("node-a/ip-addr.txt", Node).With("node-a/ip-route.txt", "192.168.5.0/24 dev eth0 proto kernel scope link src 192.168.5.11\ndefault via 192.168.5.1 dev eth0")
            .With("node-a/ip-neigh.txt", "192.168.5.77 dev eth0 FAILED\n192.168.5.1 dev eth0 FAILED");
        Assert.That(run.Lines(), Is.EqualTo(new[] { "node-a/ip-neigh.txt:2:1: error neighbor-failed: 192.168.5.1 on eth0 is FAILED, and the default route needs it (node-a/ip-route.txt:2)" }));
    }

    [Test]
    public void A_failed_neighbour_that_no_route_names_is_what_every_node_has()
    {
        var run = new CheckRun().With("node-a/ip-addr.txt", Node).With("node-a/ip-route.txt", "default via 192.168.5.1 dev eth0")
            .With("node-a/ip-neigh.txt", "192.168.5.77 dev eth0 FAILED\n192.168.5.1 dev eth0 lladdr 02:00:00:00:00:01 REACHABLE");
        Assert.That(run.Lines(), Is.Empty);
    }
}
