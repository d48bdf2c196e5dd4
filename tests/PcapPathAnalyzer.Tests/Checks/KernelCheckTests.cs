namespace PcapPathAnalyzer.Tests.Checks;

/// <summary>Kernel parameters and bridge ports against what the node has to do.</summary>
public sealed class KernelCheckTests
{
    private const string Node = LinkTexts.Node + "\n" + """
        7: veth1@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 master cni0 state UP
            link/ether 02:00:00:00:07:0a brd ff:ff:ff:ff:ff:ff
            veth
            bridge_slave state forwarding priority 32 cost 2 hairpin off guard off
        """;

    private const string Pod = """
        2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 state UP
            link/ether 02:00:00:00:99:0a brd ff:ff:ff:ff:ff:ff
            inet 10.244.0.6/24 scope global eth0
        """;

    private const string Rules = """
        *nat
        :PREROUTING ACCEPT [0:0]
        :KUBE-SERVICES - [0:0]
        :KUBE-SVC-A - [0:0]
        -A PREROUTING -j KUBE-SERVICES
        -A KUBE-SERVICES -d 10.96.0.7/32 -p tcp -m comment --comment "default/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-A
        -A KUBE-SVC-A -p tcp -m tcp -j DNAT --to-destination 10.244.0.6:8080
        COMMIT
        """;

    private static CheckRun Run(string sysctl, string node = Node) =>
        new CheckRun().With("node-a/ip-addr.txt", node.Replace("hairpin off", "hairpin on")).With("node-a/rules.txt", Rules).With("node-a/pods/p/ip-addr.txt", Pod).With("node-a/sysctl.txt", sysctl);

    [Test]
    public void A_node_with_pods_that_does_not_forward_is_named() =>
        Assert.That(Run("net.ipv4.conf.all.rp_filter = 0\nnet.ipv4.ip_forward = 0").Lines(), Is.EqualTo(new[]
        {
            "node-a/sysctl.txt:2:1: error forwarding-disabled: node-a has pods or services and net.ipv4.ip_forward is 0: nothing is forwarded",
        }));

    [Test]
    public void A_bridge_that_does_not_forward_is_named() =>
        Assert.That(Run("net.ipv4.ip_forward = 1\nnet.ipv4.conf.cni0.forwarding = 0").Lines(), Is.EqualTo(new[]
        {
            "node-a/sysctl.txt:2:1: error forwarding-disabled: net.ipv4.conf.cni0.forwarding is 0: what comes from the pods on node-a:cni0 is not forwarded (node-a/ip-addr.txt:4)",
        }));

    [Test]
    public void A_host_without_pods_need_not_forward() =>
        Assert.That(new CheckRun().With("host/ip-addr.txt", Node.Split("3: cni0")[0]).With("host/sysctl.txt", "net.ipv4.ip_forward = 0").Lines(), Is.Empty);

    [Test]
    public void Bridged_packets_past_iptables_are_named_where_there_are_services() =>
        Assert.That(Run("net.bridge.bridge-nf-call-iptables = 0").Lines(), Is.EqualTo(new[]
        {
            "node-a/sysctl.txt:1:1: warning bridge-bypasses-iptables: net.bridge.bridge-nf-call-iptables is 0: between two pods on node-a:cni0 a service's reply is not translated back (node-a/ip-addr.txt:4)",
        }));

    [Test]
    public void Bridged_packets_past_iptables_are_fine_without_services() =>
        Assert.That(new CheckRun().With("node-a/ip-addr.txt", Node).With("node-a/sysctl.txt", "net.bridge.bridge-nf-call-iptables = 0").Lines(), Is.Empty);

    [Test]
    public void A_port_without_hairpin_in_front_of_an_endpoint_is_named() =>
        Assert.That(new CheckRun().With("node-a/ip-addr.txt", Node).With("node-a/rules.txt", Rules).With("node-a/pods/p/ip-addr.txt", Pod).Lines(), Is.EqualTo(new[]
        {
            "node-a/ip-addr.txt:8:1: warning hairpin-off: node-a:veth1 is not in hairpin mode, and node-a/pods/p behind it is an endpoint of default/web:http (10.96.0.7:80/tcp) (node-a/rules.txt:7)",
        }));

    [Test]
    public void A_port_without_hairpin_in_front_of_a_pod_that_serves_nothing_is_fine() =>
        Assert.That(new CheckRun().With("node-a/ip-addr.txt", Node).With("node-a/rules.txt", Rules.Replace("10.244.0.6", "10.244.1.6")).With("node-a/pods/p/ip-addr.txt", Pod).Lines(), Is.Empty);

    [TestCase("262144", "error conntrack-full: 262144 connections are tracked and 262144 may be: new ones are dropped (node-a/sysctl.txt:2)")]
    [TestCase("250000", "warning conntrack-full: 250000 connections are tracked and 262144 may be: the table is 95 % full (node-a/sysctl.txt:2)")]
    public void A_connection_table_that_is_full_or_nearly_so_is_named(string count, string remark) =>
        Assert.That(Run($"net.netfilter.nf_conntrack_count = {count}\nnet.netfilter.nf_conntrack_max = 262144").Lines(), Is.EqualTo(new[] { $"node-a/sysctl.txt:1:1: {remark}" }));

    [TestCase("net.netfilter.nf_conntrack_count = 1000\nnet.netfilter.nf_conntrack_max = 262144")]
    [TestCase("net.netfilter.nf_conntrack_count = 1000\nnet.netfilter.nf_conntrack_max = 0")]
    [TestCase("net.netfilter.nf_conntrack_count = 1000")]
    [TestCase("net.netfilter.nf_conntrack_count = many\nnet.netfilter.nf_conntrack_max = few")]
    public void A_connection_table_with_room_or_without_numbers_is_fine(string sysctl) => Assert.That(Run(sysctl).Lines(), Is.Empty);

    private static readonly string Peer = Node.Replace("hairpin off", "hairpin on").Replace("192.168.5.11", "192.168.5.12").Replace("10.244.0.", "10.244.1.").Replace("0a brd", "0b brd");

    // node-b sends to node-a's pods by eth0; node-a sends back by eth1.
    private static CheckRun Asymmetric(string routes, string sysctl) =>
        Run(sysctl, Node + "\n9: eth1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP\n    link/ether 02:00:00:00:09:0a brd ff:ff:ff:ff:ff:ff\n    inet 10.9.0.11/24 scope global eth1")
            .With("node-a/ip-route.txt", routes)
            .With("node-b/ip-addr.txt", Peer).With("node-b/ip-route.txt", "10.244.0.0/24 via 192.168.5.11 dev eth0");

    [Test]
    public void A_strict_reverse_path_filter_with_another_way_back_is_named() =>
        Assert.That(Asymmetric("10.244.1.0/24 via 10.9.0.12 dev eth1", "net.ipv4.conf.all.rp_filter = 1\nnet.ipv4.conf.eth0.rp_filter = 1").Lines(), Is.EqualTo(new[]
        {
            "node-a/sysctl.txt:2:1: error reverse-path-filter: net.ipv4.conf.eth0.rp_filter is 1: what node-b sends from 10.244.1.0/24 comes in by eth0 (node-b/ip-route.txt:1), but the route back leaves by eth1 (node-a/ip-route.txt:1)",
        }));

    [TestCase("10.244.1.0/24 via 192.168.5.12 dev eth0", "net.ipv4.conf.all.rp_filter = 1\nnet.ipv4.conf.eth0.rp_filter = 1")]
    [TestCase("10.244.1.0/24 via 10.9.0.12 dev eth1", "net.ipv4.conf.all.rp_filter = 2\nnet.ipv4.conf.eth0.rp_filter = 1")]
    [TestCase("10.244.1.0/24 via 10.9.0.12 dev eth1", "net.ipv4.conf.all.rp_filter = 0\nnet.ipv4.conf.eth0.rp_filter = 0")]
    public void The_same_way_back_or_a_loose_filter_is_fine(string routes, string sysctl) => Assert.That(Asymmetric(routes, sysctl).Lines(), Is.Empty);
}
