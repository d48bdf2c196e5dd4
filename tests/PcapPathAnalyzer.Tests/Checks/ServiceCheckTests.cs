namespace PcapPathAnalyzer.Tests.Checks;

/// <summary>Services as several nodes' rules know them.</summary>
public sealed class ServiceCheckTests
{
    private const string Rules = """
        *nat
        :PREROUTING ACCEPT [0:0]
        :KUBE-SERVICES - [0:0]
        :KUBE-SVC-A - [0:0]
        :KUBE-SEP-1 - [0:0]
        :KUBE-SEP-2 - [0:0]
        -A PREROUTING -j KUBE-SERVICES
        -A KUBE-SERVICES -d 10.96.0.7/32 -p tcp -m comment --comment "default/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-A
        -A KUBE-SVC-A -m comment --comment "default/web:http" -m statistic --mode random --probability 0.5 -j KUBE-SEP-1
        -A KUBE-SVC-A -m comment --comment "default/web:http" -j KUBE-SEP-2
        -A KUBE-SEP-1 -p tcp -m tcp -j DNAT --to-destination 10.244.0.6:8080
        -A KUBE-SEP-2 -p tcp -m tcp -j DNAT --to-destination 10.244.1.7:8080
        COMMIT
        """;

    private const string Rejected = """
        *filter
        :FORWARD ACCEPT [0:0]
        :KUBE-SERVICES - [0:0]
        -A FORWARD -j KUBE-SERVICES
        -A KUBE-SERVICES -d 10.96.0.9/32 -p tcp -m comment --comment "default/db has no endpoints" -m tcp --dport 5432 -j REJECT --reject-with icmp-port-unreachable
        COMMIT
        """;

    [Test]
    public void A_service_without_endpoints_is_named_once()
    {
        var run = new CheckRun().With("node-a/rules.txt", Rejected).With("node-b/rules.txt", Rejected);
        Assert.That(run.Lines(), Is.EqualTo(new[] { "node-a/rules.txt:5:1: warning no-endpoints: default/db (10.96.0.9:5432/tcp) has no endpoints" }));
    }

    [Test]
    public void A_firewall_rule_that_rejects_a_port_is_no_service() =>
        Assert.That(new CheckRun().With("node-a/rules.txt", Rejected.Replace("default/db has no endpoints", "no database for strangers")).Lines(), Is.Empty);

    [Test]
    public void Nodes_that_agree_are_fine() =>
        Assert.That(new CheckRun().With("node-a/rules.txt", Rules).With("node-b/rules.txt", Rules.Replace("0.5 -j KUBE-SEP-1", "0.5 -j KUBE-SEP-2").Replace("web:http\" -j KUBE-SEP-2", "web:http\" -j KUBE-SEP-1")).Lines(), Is.Empty);

    [Test]
    public void A_node_that_lacks_an_endpoint_is_named_against_the_others()
    {
        var run = new CheckRun().With("node-a/rules.txt", Rules).With("node-b/rules.txt", Rules).With("node-c/rules.txt", Rules.Replace("10.244.1.7", "10.244.1.9"));
        Assert.That(run.Lines(), Is.EqualTo(new[]
        {
            "node-c/rules.txt:8:1: warning endpoints-differ: default/web:http (10.96.0.7:80/tcp) is without 10.244.1.7:8080 and with 10.244.1.9:8080 on node-c, unlike on node-a (node-a/rules.txt:8)",
        }));
    }

    [Test]
    public void Endpoints_of_a_service_with_local_traffic_policy_differ_by_design()
    {
        var local = Rules.Replace("KUBE-SVC-A", "KUBE-SVL-A");
        Assert.That(new CheckRun().With("node-a/rules.txt", local).With("node-b/rules.txt", local.Replace("10.244.1.7", "10.244.1.9")).Lines(), Is.Empty);
    }

    [Test]
    public void A_node_that_does_not_know_a_service_is_named_at_its_chain()
    {
        var more = Rules.Replace("COMMIT", "-A KUBE-SERVICES -d 10.96.0.8/32 -p udp -m comment --comment \"kube-system/dns:dns cluster IP\" -m udp --dport 53 -j KUBE-SVC-A\nCOMMIT");
        Assert.That(new CheckRun().With("node-a/rules.txt", more).With("node-b/rules.txt", Rules).Lines(), Is.EqualTo(new[]
        {
            "node-b/rules.txt:3:1: warning service-missing: node-b does not know kube-system/dns:dns (10.96.0.8:53/udp), which node-a knows (node-a/rules.txt:13)",
        }));
    }

    [Test]
    public void A_node_without_service_rules_is_not_asked_for_services() =>
        Assert.That(new CheckRun().With("node-a/rules.txt", Rules).With("gateway/rules.txt", "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT").Lines(), Is.Empty);

    private const string Node = """
        3: cni0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 state UP
            link/ether 02:00:00:00:01:0a brd ff:ff:ff:ff:ff:ff
            bridge forward_delay 1500
            inet 10.244.0.1/24 brd 10.244.0.255 scope global cni0
        7: veth1@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 master cni0 state UP
            link/ether 02:00:00:00:07:0a brd ff:ff:ff:ff:ff:ff
        """;

    private const string Pod = """
        2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 state UP
            link/ether 02:00:00:00:99:0a brd ff:ff:ff:ff:ff:ff
            inet 10.244.0.9/24 scope global eth0
        """;

    private static CheckRun Endpoint(string neighbours = "", string more = "") =>
        new CheckRun().With("node-a/ip-addr.txt", Node + more).With("node-a/rules.txt", Rules).With("node-a/pods/p/ip-addr.txt", Pod).With("node-a/ip-neigh.txt", neighbours);

    [Test]
    public void An_endpoint_that_no_pod_of_a_fully_dumped_node_has_is_named() =>
        Assert.That(Endpoint().Lines(), Is.EqualTo(new[]
        {
            "node-a/rules.txt:11:1: warning endpoint-unknown: default/web:http (10.96.0.7:80/tcp) is translated to 10.244.0.6:8080, which nobody has: node-a has 10.244.0.0/24 on cni0, and all its ports (1) lead to a known namespace (node-a/ip-addr.txt:4)",
        }));

    [Test]
    public void Where_pods_are_missing_from_the_bundle_it_is_an_info() =>
        Assert.That(Endpoint(more: "\n8: veth2@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 master cni0 state UP\n    link/ether 02:00:00:00:08:0a brd ff:ff:ff:ff:ff:ff").Lines(), Is.EqualTo(new[]
        {
            "node-a/rules.txt:11:1: info endpoint-unknown: default/web:http (10.96.0.7:80/tcp) is translated to 10.244.0.6:8080, which nobody in the bundle has: 1 of 2 ports of node-a:cni0 lead to a namespace in it, so it may be one of the others' (node-a/ip-addr.txt:4)",
        }));

    [Test]
    public void An_endpoint_that_answers_ARP_is_somebodys() =>
        Assert.That(Endpoint("10.244.0.6 dev cni0 lladdr 02:00:00:00:77:0a REACHABLE").Lines(), Is.Empty);

    [Test]
    public void An_endpoint_that_does_not_answer_ARP_is_stale() =>
        Assert.That(Endpoint("10.244.0.6 dev cni0 FAILED").Lines(), Is.EqualTo(new[]
        {
            "node-a/ip-neigh.txt:1:1: error stale-endpoint: 10.244.0.6 on cni0 is FAILED, and default/web:http (10.96.0.7:80/tcp) is translated to 10.244.0.6:8080 (node-a/rules.txt:11)",
        }));

    [TestCase("default via 192.168.56.1 dev eth0\nblackhole 10.244.0.0/26 proto bird\n10.244.0.5 dev cali0 scope link", "node-a/ip-route.txt:2", TestName = "A_node_that_routes_to_each_pod_and_refuses_the_rest_has_no_such_endpoint")]
    [TestCase("default via 192.168.56.1 dev eth0\nblackhole 10.244.0.0/26 proto bird\n10.244.0.5 dev cali0 scope link\n10.244.0.6 dev cali1 scope link", null, TestName = "A_node_that_routes_to_the_endpoint_may_have_it")]
    [TestCase("default via 192.168.56.1 dev eth0\n10.244.0.5 dev cali0 scope link", null, TestName = "Where_nothing_says_whose_range_it_is_an_endpoint_may_be_anywhere")]
    public void Where_each_pod_has_a_route_of_its_own_the_routes_tell(string routes, string? because)
    {
        var lines = new CheckRun().With("node-a/ip-addr.txt", "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP\n    inet 192.168.56.11/24 scope global eth0").With("node-a/rules.txt", Rules).With("node-a/ip-route.txt", routes).Lines();
        string[] expected = because is null ? [] : [$"node-a/rules.txt:11:1: warning endpoint-unknown: default/web:http (10.96.0.7:80/tcp) is translated to 10.244.0.6:8080, which nobody has: node-a has a route to each of its pods and none to it ({because})"];
        Assert.That(lines.Where(l => l.Contains("endpoint-unknown", StringComparison.Ordinal)), Is.EqualTo(expected));
    }
}
