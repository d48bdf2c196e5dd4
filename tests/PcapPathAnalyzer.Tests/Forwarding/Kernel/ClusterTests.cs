using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>What the kernels of two nodes do with a service's traffic, and what the walk says: through bridges, VXLAN and kube-proxy's rules, there and back.</summary>
[NonParallelizable]
[TestFixture(4)]
[TestFixture(6)]
public sealed class ClusterTests(int ipVersion)
{
    private ClusterNetwork network = null!;

    [OneTimeSetUp]
    public void Create() => network = new ClusterNetwork();

    [OneTimeTearDown]
    public void Delete() => network?.Dispose();

    [TestCase(ClusterNetwork.A2, ClusterNetwork.A2Address, TestName = "From_another_pod_of_the_node")]
    [TestCase(ClusterNetwork.B1, ClusterNetwork.B1Address, TestName = "From_a_pod_that_is_an_endpoint_itself")]
    [TestCase(ClusterNetwork.NodeA, ClusterNetwork.NodeAAddress, TestName = "From_the_node_itself")]
    [TestCase(ClusterNetwork.Outside, ClusterNetwork.OutsideAddress, TestName = "From_a_host_outside_through_a_node")]
    public async Task A_service_with_an_endpoint_on_each_node(string from, string source)
    {
        var servers = new HashSet<string>();
        for (var i = 0; i < 12; i++)
        {
            var path = await AgreeAsync(from, source, "10.96.0.1", IpProtocol.Tcp, 80);
            Assert.That((path.Verdict, path.ReplyVerdict), Is.EqualTo((Verdict.Delivered, Verdict.Delivered)));
            Assert.That(path.Probability, Is.EqualTo(0.5));
            servers.Add(path.Steps[^1].Namespace);
        }

        Assert.That(servers, Has.Count.EqualTo(2), "chance has chosen each endpoint once, save for one run in 2048");
    }

    [Test]
    public async Task A_pod_reaches_itself_through_its_service()
    {
        var path = await AgreeAsync(ClusterNetwork.A1, ClusterNetwork.A1Address, "10.96.0.2", IpProtocol.Tcp, 80);
        Assert.That((path.Verdict, path.ReplyVerdict, path.Steps[^1].Namespace), Is.EqualTo((Verdict.Delivered, Verdict.Delivered, ClusterNetwork.A1)));
        network.Run("bridge -n $node_a link set dev va1 hairpin off");
        Assert.That((await AgreeAsync(ClusterNetwork.A1, ClusterNetwork.A1Address, "10.96.0.2", IpProtocol.Tcp, 80)).Verdict, Is.EqualTo(Verdict.NoFdbEntry));
        network.Run("bridge -n $node_a link set dev va1 hairpin on");
    }

    [TestCase(30080)]
    [TestCase(30081, TestName = "A_node_port_whose_endpoint_is_on_the_node")]
    [TestCase(30082, TestName = "A_node_port_whose_endpoint_is_on_another_node")]
    public async Task A_node_port(int port)
    {
        var path = await AgreeAsync(ClusterNetwork.Outside, ClusterNetwork.OutsideAddress, ClusterNetwork.NodeAAddress, IpProtocol.Tcp, port);
        Assert.That((path.Verdict, path.ReplyVerdict), Is.EqualTo((Verdict.Delivered, Verdict.Delivered)));
        await AgreeAsync(ClusterNetwork.NodeA, ClusterNetwork.NodeAAddress, ClusterNetwork.NodeAAddress, IpProtocol.Tcp, port);
    }

    [TestCase("-j MASQUERADE")]
    [TestCase("-j MASQUERADE --random-fully")]
    public async Task Out_of_the_cluster(string masquerade)
    {
        network.Proxy(masquerade);
        foreach (var protocol in new[] { IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Icmp })
            Assert.That((await AgreeAsync(ClusterNetwork.A1, ClusterNetwork.A1Address, ClusterNetwork.OutsideAddress, protocol, protocol == IpProtocol.Icmp ? 0 : 7)).ReplyVerdict, Is.EqualTo(Verdict.Delivered));
        await AgreeAsync(ClusterNetwork.NodeA, ClusterNetwork.NodeAAddress, "10.96.0.3", IpProtocol.Tcp, 80);
        network.Proxy();
    }

    [Test]
    public async Task A_service_without_endpoints_is_refused()
    {
        foreach (var (from, source) in new[] { (ClusterNetwork.A1, ClusterNetwork.A1Address), (ClusterNetwork.NodeA, ClusterNetwork.NodeAAddress) })
            Assert.That((await AgreeAsync(from, source, "10.96.0.9", IpProtocol.Tcp, 80)).Answer, Does.EndWith("port-unreachable").Or.Null);
    }

    [TestCase(ClusterNetwork.A2Address)]
    [TestCase(ClusterNetwork.B1Address)]
    public async Task Pod_to_pod(string destination)
    {
        foreach (var protocol in new[] { IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Icmp })
            Assert.That((await AgreeAsync(ClusterNetwork.A1, ClusterNetwork.A1Address, destination, protocol, protocol == IpProtocol.Icmp ? 0 : 7)).ReplyVerdict, Is.EqualTo(Verdict.Delivered));
        await AgreeAsync(ClusterNetwork.A1, ClusterNetwork.A1Address, destination, IpProtocol.Udp, 8);
    }

    [Test]
    public async Task Without_bridge_netfilter_the_answer_of_the_same_node_comes_back_untranslated()
    {
        network.Run("on $node_a sysctl -qw net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0");
        var path = await AgreeAsync(ClusterNetwork.A2, ClusterNetwork.A2Address, "10.96.0.2", IpProtocol.Tcp, 80);
        Assert.That((path.Verdict, path.ReplyVerdict), Is.EqualTo((Verdict.Delivered, Verdict.NoListener)));
        network.Run("on $node_a sysctl -qw net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1");
    }

    [TestCase(ClusterNetwork.A2, ClusterNetwork.A2Address, TestName = "Names_asked_by_a_pod")]
    [TestCase(ClusterNetwork.NodeB, "192.168.56.12", TestName = "Names_asked_by_a_node")]
    [TestCase(ClusterNetwork.Outside, ClusterNetwork.OutsideAddress, TestName = "Names_asked_from_outside")]
    public async Task A_service_of_datagrams(string from, string source)
    {
        for (var i = 0; i < 4; i++)
            Assert.That((await AgreeAsync(from, source, "10.96.0.4", IpProtocol.Udp, 53)).ReplyVerdict, Is.EqualTo(Verdict.Delivered));
    }

    [Test]
    public async Task A_policy_drops_one_pods_packets()
    {
        network.Proxy(policy: $":POLICY -\n-A FORWARD -j POLICY\n-A POLICY -s {ClusterNetwork.A2Address}/32 -d {ClusterNetwork.B1Address}/32 -p tcp -m tcp --dport 7 -j DROP");
        var path = await AgreeAsync(ClusterNetwork.A2, ClusterNetwork.A2Address, "10.96.0.3", IpProtocol.Tcp, 80);
        Assert.That((path.Verdict, path.Steps[^1].Namespace), Is.EqualTo((Verdict.DroppedByRule, ClusterNetwork.NodeA)));
        Assert.That((await AgreeAsync(ClusterNetwork.A1, ClusterNetwork.A1Address, "10.96.0.3", IpProtocol.Tcp, 80)).Verdict, Is.EqualTo(Verdict.Delivered));
        network.Proxy();
    }

    [TestCase("", Verdict.DroppedByRule)]
    [TestCase("\n-A FORWARD -s 10.244.0.0/16 -j ACCEPT\n-A FORWARD -d 10.244.0.0/16 -j ACCEPT", Verdict.Delivered)]
    public async Task Forwarding_that_drops_by_policy_needs_a_rule_that_accepts(string accepting, Verdict verdict)
    {
        network.Proxy(policy: $":FORWARD DROP{accepting}");
        Assert.That((await AgreeAsync(ClusterNetwork.A1, ClusterNetwork.A1Address, "10.96.0.3", IpProtocol.Tcp, 80)).Verdict, Is.EqualTo(verdict));
        Assert.That((await AgreeAsync(ClusterNetwork.A1, ClusterNetwork.A1Address, ClusterNetwork.OutsideAddress, IpProtocol.Udp, 7)).Verdict, Is.EqualTo(verdict));
        var path = await AgreeAsync(ClusterNetwork.Outside, ClusterNetwork.OutsideAddress, "10.96.0.3", IpProtocol.Tcp, 80);
        Assert.That(path.Verdict, Is.EqualTo(verdict));
        Assert.That(path.Steps.Select(s => s.Namespace), Does.Contain(ClusterNetwork.NodeB), "what kube-proxy marks for masquerading it accepts itself: node-a lets it pass");
        network.Proxy();
    }

    [Test]
    public async Task A_pod_talks_to_itself_by_its_loopback_device()
    {
        foreach (var address in new[] { "127.0.0.1", ClusterNetwork.A1Address })
            Assert.That((await AgreeAsync(ClusterNetwork.A1, address, address, IpProtocol.Tcp, 7)).ReplyVerdict, Is.EqualTo(Verdict.Delivered));
    }

    [Test]
    public async Task Nodes_that_route_to_each_other_need_no_tunnel()
    {
        network.Run("""
            ip -n $node_a route replace 10.244.1.0/24 via 192.168.56.12; ip -n $node_b route replace 10.244.0.0/24 via 192.168.56.11
            ip -n $node_a route replace fd44:1::/64 via fd56::12; ip -n $node_b route replace fd44:0::/64 via fd56::11
            """);
        for (var i = 0; i < 4; i++)
            Assert.That((await AgreeAsync(ClusterNetwork.A2, ClusterNetwork.A2Address, "10.96.0.1", IpProtocol.Tcp, 80)).ReplyVerdict, Is.EqualTo(Verdict.Delivered));
        network.Run("""
            ip -n $node_a route replace 10.244.1.0/24 via 10.244.1.0 dev flannel.1 onlink; ip -n $node_b route replace 10.244.0.0/24 via 10.244.0.0 dev flannel.1 onlink
            ip -n $node_a route replace fd44:1::/64 via fd45:1::1 dev flannel.1 onlink; ip -n $node_b route replace fd44:0::/64 via fd45:0::1 dev flannel.1 onlink
            """);
    }

    private Task<WalkPath> AgreeAsync(string from, string source, string destination, IpProtocol protocol, int port) => ipVersion == 4
        ? network.AgreeAsync(from, source, destination, protocol, port)
        : network.AgreeAsync(from, InIpv6(source), InIpv6(destination), protocol == IpProtocol.Icmp ? IpProtocol.Icmpv6 : protocol, port);

    private static string InIpv6(string address) => address == "127.0.0.1" ? "::1" : KubeProxyRules.InIpv6(address);
}
