using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>What the kernels of two nodes do with a service's traffic, and what the walk says: through bridges, VXLAN and kube-proxy's rules, there and back.</summary>
[NonParallelizable]
public sealed class ClusterTests
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
            var path = await network.AgreeAsync(from, source, "10.96.0.1", IpProtocol.Tcp, 80);
            Assert.That((path.Verdict, path.ReplyVerdict), Is.EqualTo((Verdict.Delivered, Verdict.Delivered)));
            Assert.That(path.Probability, Is.EqualTo(0.5));
            servers.Add(path.Steps[^1].Namespace);
        }

        Assert.That(servers, Has.Count.EqualTo(2), "chance has chosen each endpoint once, save for one run in 2048");
    }

    [Test]
    public async Task A_pod_reaches_itself_through_its_service()
    {
        var path = await network.AgreeAsync(ClusterNetwork.A1, ClusterNetwork.A1Address, "10.96.0.2", IpProtocol.Tcp, 80);
        Assert.That((path.Verdict, path.ReplyVerdict, path.Steps[^1].Namespace), Is.EqualTo((Verdict.Delivered, Verdict.Delivered, ClusterNetwork.A1)));
        network.Run("bridge -n $node_a link set dev va1 hairpin off");
        Assert.That((await network.AgreeAsync(ClusterNetwork.A1, ClusterNetwork.A1Address, "10.96.0.2", IpProtocol.Tcp, 80)).Verdict, Is.EqualTo(Verdict.NoFdbEntry));
        network.Run("bridge -n $node_a link set dev va1 hairpin on");
    }

    [TestCase(30080)]
    [TestCase(30081, TestName = "A_node_port_whose_endpoint_is_on_the_node")]
    [TestCase(30082, TestName = "A_node_port_whose_endpoint_is_on_another_node")]
    public async Task A_node_port(int port)
    {
        var path = await network.AgreeAsync(ClusterNetwork.Outside, ClusterNetwork.OutsideAddress, ClusterNetwork.NodeAAddress, IpProtocol.Tcp, port);
        Assert.That((path.Verdict, path.ReplyVerdict), Is.EqualTo((Verdict.Delivered, Verdict.Delivered)));
        await network.AgreeAsync(ClusterNetwork.NodeA, ClusterNetwork.NodeAAddress, ClusterNetwork.NodeAAddress, IpProtocol.Tcp, port);
    }

    [TestCase("-j MASQUERADE")]
    [TestCase("-j MASQUERADE --random-fully")]
    public async Task Out_of_the_cluster(string masquerade)
    {
        network.Proxy(masquerade);
        foreach (var protocol in new[] { IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Icmp })
            Assert.That((await network.AgreeAsync(ClusterNetwork.A1, ClusterNetwork.A1Address, ClusterNetwork.OutsideAddress, protocol, protocol == IpProtocol.Icmp ? 0 : 7)).ReplyVerdict, Is.EqualTo(Verdict.Delivered));
        await network.AgreeAsync(ClusterNetwork.NodeA, ClusterNetwork.NodeAAddress, "10.96.0.3", IpProtocol.Tcp, 80);
        network.Proxy("-j MASQUERADE");
    }

    [Test]
    public async Task A_service_without_endpoints_is_refused()
    {
        foreach (var (from, source) in new[] { (ClusterNetwork.A1, ClusterNetwork.A1Address), (ClusterNetwork.NodeA, ClusterNetwork.NodeAAddress) })
            Assert.That((await network.AgreeAsync(from, source, "10.96.0.9", IpProtocol.Tcp, 80)).Answer, Is.EqualTo("icmp-port-unreachable").Or.Null);
    }

    [TestCase(ClusterNetwork.A2Address)]
    [TestCase(ClusterNetwork.B1Address)]
    public async Task Pod_to_pod(string destination)
    {
        foreach (var protocol in new[] { IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Icmp })
            Assert.That((await network.AgreeAsync(ClusterNetwork.A1, ClusterNetwork.A1Address, destination, protocol, protocol == IpProtocol.Icmp ? 0 : 7)).ReplyVerdict, Is.EqualTo(Verdict.Delivered));
        await network.AgreeAsync(ClusterNetwork.A1, ClusterNetwork.A1Address, destination, IpProtocol.Udp, 8);
    }

    [Test]
    public async Task Without_bridge_netfilter_the_answer_of_the_same_node_comes_back_untranslated()
    {
        network.Run("on $node_a sysctl -qw net.bridge.bridge-nf-call-iptables=0");
        var path = await network.AgreeAsync(ClusterNetwork.A2, ClusterNetwork.A2Address, "10.96.0.2", IpProtocol.Tcp, 80);
        Assert.That((path.Verdict, path.ReplyVerdict), Is.EqualTo((Verdict.Delivered, Verdict.NoListener)));
        network.Run("on $node_a sysctl -qw net.bridge.bridge-nf-call-iptables=1");
    }
}
