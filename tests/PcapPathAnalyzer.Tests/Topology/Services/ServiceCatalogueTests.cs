using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Reports;
using PcapPathAnalyzer.Topology;
using PcapPathAnalyzer.Topology.Services;

namespace PcapPathAnalyzer.Tests.Topology.Services;

/// <summary>Services as each of kube-proxy's modes writes them down, and what nodes make of the same one.</summary>
public sealed class ServiceCatalogueTests
{
    private const string Iptables = """
        *nat
        :PREROUTING ACCEPT [0:0]
        :KUBE-SERVICES - [0:0]
        :KUBE-NODEPORTS - [0:0]
        :KUBE-EXT-A - [0:0]
        :KUBE-SVC-A - [0:0]
        :KUBE-SEP-1 - [0:0]
        :KUBE-SEP-2 - [0:0]
        -A PREROUTING -j KUBE-SERVICES
        -A KUBE-SERVICES -d 10.96.0.7/32 -p tcp -m comment --comment "default/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-A
        -A KUBE-SERVICES -d 198.51.100.7/32 -p tcp -m comment --comment "default/web:http external IP" -m tcp --dport 80 -j KUBE-EXT-A
        -A KUBE-SERVICES -d 203.0.113.7/32 -p tcp -m comment --comment "default/web:http loadbalancer IP" -m tcp --dport 80 -j KUBE-EXT-A
        -A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
        -A KUBE-NODEPORTS -p tcp -m comment --comment "default/web:http" -m tcp --dport 30080 -j KUBE-EXT-A
        -A KUBE-EXT-A -m comment --comment "masquerade traffic for default/web:http external destinations" -j KUBE-MARK-MASQ
        -A KUBE-EXT-A -j KUBE-SVC-A
        -A KUBE-SVC-A -m comment --comment "default/web:http -> 10.244.0.6:8080" -m statistic --mode random --probability 0.5 -j KUBE-SEP-1
        -A KUBE-SVC-A -m comment --comment "default/web:http -> 10.244.1.7:8080" -j KUBE-SEP-2
        -A KUBE-SEP-1 -p tcp -m tcp -j DNAT --to-destination 10.244.0.6:8080
        -A KUBE-SEP-2 -p tcp -m tcp -j DNAT --to-destination 10.244.1.7:8080
        COMMIT

        """;

    private const string Sets = """
        create KUBE-CLUSTER-IP hash:ip,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0xf4cccc28
        add KUBE-CLUSTER-IP 10.96.0.7,tcp:80
        add KUBE-CLUSTER-IP 10.96.0.10,udp:53
        create KUBE-LOAD-BALANCER hash:ip,port family inet hashsize 1024 maxelem 65536 comment bucketsize 12 initval 0xd1c1dcc9
        add KUBE-LOAD-BALANCER 203.0.113.7,tcp:80 comment "default/web:http"
        create KUBE-NODE-PORT-TCP bitmap:port range 0-65535
        add KUBE-NODE-PORT-TCP 30080
        create KUBE-NODE-PORT-SCTP-HASH hash:ip,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x922fcdb2
        add KUBE-NODE-PORT-SCTP-HASH 192.168.56.11,sctp:30090
        create OTHER hash:ip,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x922fcdb3
        add OTHER 10.96.0.99,tcp:80

        """;

    private const string Ipvs = """
        IP Virtual Server version 1.2.1 (size=4096)
        Prot LocalAddress:Port Scheduler Flags
          -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
        TCP  10.96.0.7:80 rr
          -> 10.244.0.6:8080              Masq    1      0          0
          -> 10.244.1.7:8080              Masq    1      0          0
        TCP  192.168.56.11:30080 rr
          -> 10.244.1.7:8080              Masq    1      0          0

        """;

    private const string Addresses = """
        2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
            link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
            inet 192.168.56.11/24 brd 192.168.56.255 scope global eth0
        3: kube-ipvs0: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN group default
            link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff
            inet 10.96.0.7/32 scope global kube-ipvs0
            inet 203.0.113.7/32 scope global kube-ipvs0

        """;

    [Test]
    public void Every_address_and_the_node_port_of_a_service_stand_with_their_kind() =>
        Assert.That(Fronts(("node-a/iptables", Iptables)).Select(Line), Is.EqualTo(new[]
        {
            "cluster-ip 10.96.0.7:80 default/web:http: 10.244.0.6:8080 10.244.1.7:8080",
            "external-ip 198.51.100.7:80 default/web:http: 10.244.0.6:8080 10.244.1.7:8080",
            "load-balancer-ip 203.0.113.7:80 default/web:http: 10.244.0.6:8080 10.244.1.7:8080",
            "node-port :30080 default/web:http: 10.244.0.6:8080 10.244.1.7:8080",
        }));

    [Test]
    public void IP_sets_name_the_services_of_IPVS_mode_whose_endpoints_IPVS_alone_knows()
    {
        var fronts = Fronts(("node-a/ipset", Sets));
        Assert.That(fronts.Select(Line), Is.EqualTo(new[]
        {
            "load-balancer-ip 203.0.113.7:80 default/web:http: ipvsadm -Ln",
            "cluster-ip 10.96.0.7:80 : ipvsadm -Ln",
            "cluster-ip 10.96.0.10:53 : ipvsadm -Ln",
            "node-port :30080 : ipvsadm -Ln",
            "node-port :30090 : ipvsadm -Ln",
        }));
        Assert.That(fronts[2].First.Location.ToString(), Is.EqualTo("node-a/ipset:3"));
    }

    [Test]
    public void IPVS_tells_the_endpoints_and_the_sets_what_the_address_is()
    {
        var fronts = Fronts(("node-a/ipset", Sets), ("node-a/ipvsadm", Ipvs), ("node-a/ip-addr", Addresses));
        Assert.That(fronts.Select(Line), Does.Contain("cluster-ip 10.96.0.7:80 : 10.244.0.6:8080 10.244.1.7:8080").And.Contain("node-port :30080 : 10.244.1.7:8080").And.Contain("cluster-ip 10.96.0.10:53 : ipvsadm -Ln"));
        Assert.That(fronts.Single(f => f.First.Address?.ToString() == "10.96.0.7").First.Endpoints.Select(e => e.Location.ToString()), Is.EqualTo(new[] { "node-a/ipvsadm:5", "node-a/ipvsadm:6" }));
    }

    [Test]
    public void A_node_that_sends_elsewhere_and_one_that_does_not_know_the_service_disagree()
    {
        var other = Iptables.Replace("10.244.1.7", "10.244.1.9").Replace("-A KUBE-NODEPORTS", "#-A KUBE-NODEPORTS");
        var lines = Text(("node-a/iptables", Iptables), ("node-b/iptables", Iptables), ("node-c/iptables", other));
        Assert.That(lines, Does.Contain("  cluster-ip       tcp 10.96.0.7:80  nodes disagree").And.Contain("  node-port        tcp port 30080  unknown to node-c"));
        Assert.That(lines.SkipWhile(l => !l.Contains("cluster-ip")).Skip(1).Take(6).Select(l => l.Split(" [")[0].Trim()), Is.EqualTo(new[]
        {
            "on node-a", "10.244.0.6:8080        in no namespace of the bundle", "10.244.1.7:8080        in no namespace of the bundle",
            "on node-c", "10.244.0.6:8080        in no namespace of the bundle", "10.244.1.9:8080        in no namespace of the bundle",
        }));
        Assert.That(lines[^1], Does.EndWith("; 4 differ between nodes"));
    }

    [Test]
    public void Endpoints_of_one_node_alone_are_no_disagreement()
    {
        var local = Iptables.Replace("KUBE-SVC-A", "KUBE-SVL-A");
        var lines = Text(("node-a/iptables", local), ("node-b/iptables", local.Replace("10.244.1.7", "10.244.1.9")));
        Assert.That(lines, Does.Contain("  cluster-ip       tcp 10.96.0.7:80  each node sends to its own endpoints only"));
    }

    [Test]
    public void What_was_not_dumped_on_one_node_is_no_disagreement() =>
        Assert.That(Fronts(("node-a/ipset", Sets), ("node-b/ipset", Sets), ("node-b/ipvsadm", Ipvs), ("node-b/ip-addr", Addresses)).Select(f => f.IsAgreed), Is.All.True);

    [Test]
    public void A_rule_that_translates_one_address_by_itself_is_a_service_and_a_policy_for_a_pod_is_none()
    {
        const string Rules = """
            *nat
            :PREROUTING ACCEPT [0:0]
            -A PREROUTING -d 203.0.113.9/32 -p tcp -m tcp --dport 443 -j DNAT --to-destination 10.244.0.6:8443
            COMMIT
            *filter
            :FORWARD ACCEPT [0:0]
            :POLICY - [0:0]
            -A FORWARD -d 10.244.0.6/32 -p tcp -m tcp --dport 8443 -j POLICY
            -A FORWARD -d 10.244.0.7/32 -p tcp -m tcp --dport 8443 -j REJECT
            COMMIT

            """;
        Assert.That(Fronts(("node-a/iptables", Rules)).Select(Line), Is.EqualTo(new[] { "address 203.0.113.9:443 : 10.244.0.6:8443" }));
    }

    [TestCase("203.0.113.7", 80, true)]
    [TestCase("10.96.0.10", 53, true)]
    [TestCase("10.244.0.6", 8080, false)]
    [TestCase("203.0.113.7", 81, false)]
    public void An_address_is_a_service_s_where_the_list_of_services_says_so(string address, int port, bool isService)
    {
        var services = new ServiceAddresses(Network(("node-a/iptables", Iptables), ("node-b/ipset", Sets)));
        Assert.That(services.Contains(new FiveTuple(IpAddress.Parse("10.1.1.1"), 40000, IpAddress.Parse(address), (ushort)port, IpProtocol.Tcp)), Is.EqualTo(isService));
    }

    private static string Line(ServiceFront f) =>
        $"{PcapPathAnalyzer.Forwarding.KebabNames.Name(f.First.Kind)} {f.First.Address}:{f.First.Port} {f.Name}: {f.First.Missing ?? string.Join(' ', f.First.Endpoints.Select(e => $"{e.Address}:{e.Port}"))}";

    private static List<string> Text(params (string File, string Text)[] dumps) => [.. ServicesText.Lines(Network(dumps), new TextStyle(false))];

    private static IReadOnlyList<ServiceFront> Fronts(params (string File, string Text)[] dumps) => ServiceCatalogue.Fronts(Network(dumps));

    private static Network Network(params (string File, string Text)[] dumps)
    {
        var builder = new TopologyBuilder();
        foreach (var (file, text) in dumps)
            builder.Add(file.Split('/')[0], DumpReaders.Read(file, text));
        return builder.Build();
    }
}
