namespace PcapPathAnalyzer.Tests.Checks;

/// <summary>VXLAN devices, their neighbours, FDB entries, peers and MTUs.</summary>
public sealed class TunnelCheckTests
{
    private const string Links = LinkTexts.Eth0 + "\n" + LinkTexts.Flannel + "\n    inet 10.244.0.0/32 scope global flannel.1";

    private const string Routes = "192.168.5.0/24 dev eth0 proto kernel scope link src 192.168.5.11\n10.244.1.0/24 via 10.244.1.0 dev flannel.1 onlink";

    private const string Neighbours = "192.168.5.12 dev eth0 lladdr 02:00:00:00:00:0b REACHABLE\n10.244.1.0 dev flannel.1 lladdr 02:00:00:00:04:0b PERMANENT";

    private const string Fdb = "02:00:00:00:04:0b dev flannel.1 dst 192.168.5.12 self permanent";

    private static readonly string PeerLinks = Links.Replace(":0a brd", ":0b brd").Replace("192.168.5.11", "192.168.5.12").Replace("10.244.0.0", "10.244.1.0");

    private static CheckRun Run(string links = Links, string neighbours = Neighbours, string fdb = Fdb, string? peer = null) =>
        new CheckRun().With("node-a/ip-d-addr.txt", links).With("node-a/ip-route.txt", Routes).With("node-a/ip-neigh.txt", neighbours)
            .With("node-a/bridge-fdb.txt", fdb).With("node-b/ip-d-addr.txt", peer ?? PeerLinks);

    [Test]
    public void Two_peers_that_agree_are_fine() => Assert.That(Run().Lines(), Is.Empty);

    [Test]
    public void A_next_hop_without_a_neighbour_entry_is_named_where_there_is_nobody_to_ask() =>
        Assert.That(Run(neighbours: Neighbours.Split('\n')[0]).Lines(), Is.EqualTo(new[]
        {
            "node-a/ip-route.txt:2:1: error missing-vxlan-neighbour: the route to 10.244.1.0/24 goes via 10.244.1.0 on flannel.1, which has no neighbour entry for it and no default VTEP to ask",
        }));

    [Test]
    public void A_default_destination_answers_for_neighbours_and_MACs_that_are_not_there_yet() =>
        Assert.That(Run(neighbours: Neighbours.Split('\n')[0], fdb: "00:00:00:00:00:00 dev flannel.1 dst 192.168.5.12 self permanent").Lines(), Is.Empty);

    [Test]
    public void A_next_hop_whose_MAC_leads_to_no_VTEP_is_named() =>
        Assert.That(Run(fdb: "02:00:00:00:04:0c dev flannel.1 dst 192.168.5.13 self permanent").Lines(), Is.EqualTo(new[]
        {
            "node-a/ip-neigh.txt:2:1: error missing-fdb-entry: flannel.1 has no FDB entry for 02:00:00:00:04:0b, the MAC of 10.244.1.0 (node-b:flannel.1): the route to 10.244.1.0/24 leads nowhere (node-a/ip-route.txt:2)",
        }));

    [Test]
    public void A_MAC_that_is_not_the_peers_is_named_with_the_peers_line() =>
        Assert.That(Run(neighbours: Neighbours.Replace("04:0b", "04:99"), fdb: Fdb.Replace("04:0b", "04:99")).Lines(), Is.EqualTo(new[]
        {
            "node-a/ip-neigh.txt:2:1: error vxlan-mac-mismatch: 10.244.1.0 on flannel.1 has MAC 02:00:00:00:04:99, but node-b:flannel.1 has 02:00:00:00:04:0b (node-b/ip-d-addr.txt:4)",
        }));

    [Test]
    public void An_FDB_entry_that_leads_to_another_nodes_address_is_named() =>
        Assert.That(Run(fdb: Fdb.Replace("192.168.5.12", "192.168.5.11")).Lines(), Is.EqualTo(new[]
        {
            "node-a/bridge-fdb.txt:1:1: error vxlan-dst-mismatch: flannel.1 sends 02:00:00:00:04:0b to 192.168.5.11, the address of node-a:eth0; the MAC is that of node-b:flannel.1, whose local address is 192.168.5.12 (node-b/ip-d-addr.txt:4)",
        }));

    [Test]
    public void An_FDB_entry_that_leads_to_an_address_nobody_has_may_be_translated_on_the_way() =>
        Assert.That(Run(fdb: Fdb.Replace("192.168.5.12", "203.0.113.9")).Lines(), Has.One.StartsWith("node-a/bridge-fdb.txt:1:1: warning vxlan-dst-mismatch: flannel.1 sends 02:00:00:00:04:0b to 203.0.113.9, an address nobody in the bundle has;"));

    [Test]
    public void Peers_with_different_VNIs_are_named() =>
        Assert.That(Run(peer: PeerLinks.Replace("vxlan id 1", "vxlan id 2")).Lines(), Is.EqualTo(new[]
        {
            "node-a/ip-d-addr.txt:4:1: error vxlan-vni-mismatch: flannel.1 sends VNI 1 to node-b:flannel.1, which has VNI 2 (node-b/ip-d-addr.txt:4)",
        }));

    [Test]
    public void Peers_with_different_ports_are_named() =>
        Assert.That(Run(peer: PeerLinks.Replace("8472", "4789")).Lines(), Is.EqualTo(new[]
        {
            "node-a/ip-d-addr.txt:4:1: error vxlan-port-mismatch: flannel.1 sends to UDP port 8472 of node-b:flannel.1, which listens on 4789 (node-b/ip-d-addr.txt:4)",
        }));

    [Test]
    public void A_tunnel_that_does_not_fit_into_the_device_below_is_named() =>
        Assert.That(Run(links: Links.Replace("mtu 1450", "mtu 1500")).Lines(), Is.EqualTo(new[]
        {
            "node-a/ip-d-addr.txt:4:1: warning tunnel-mtu: flannel.1 has MTU 1500, but eth0 has 1500 (node-a/ip-d-addr.txt:1) and VXLAN over IPv4 takes 50: at most 1450",
        }));

    [Test]
    public void Over_IPv6_a_VXLAN_tunnel_takes_twenty_bytes_more()
    {
        var links = Links.Replace("192.168.5.11 dev", "2001:db8::11 dev").Replace("inet 192.168.5.11/24 brd 192.168.5.255", "inet6 2001:db8::11/64");
        Assert.That(new CheckRun().With("node-a/ip-d-addr.txt", links).Lines(), Is.EqualTo(new[]
        {
            "node-a/ip-d-addr.txt:4:1: warning tunnel-mtu: flannel.1 has MTU 1450, but eth0 has 1500 (node-a/ip-d-addr.txt:1) and VXLAN over IPv6 takes 70: at most 1430",
        }));
        Assert.That(new CheckRun().With("node-a/ip-d-addr.txt", links.Replace("mtu 1450", "mtu 1430")).Lines(), Is.Empty);
    }

    [TestCase(1480, 0)]
    [TestCase(1481, 1)]
    public void IPIP_takes_twenty_bytes(int mtu, int remarks)
    {
        var links = $"""
            2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP
                link/ether 02:00:00:00:00:0a brd ff:ff:ff:ff:ff:ff
                inet 192.168.5.11/24 brd 192.168.5.255 scope global eth0
            5: tunl0@NONE: <NOARP,UP,LOWER_UP> mtu {mtu} state UNKNOWN
                link/ipip 0.0.0.0 brd 0.0.0.0
                inet 10.244.7.0/32 scope global tunl0
            """;
        var lines = new CheckRun().With("node-a/ip-addr.txt", links).With("node-a/ip-route.txt", "default via 192.168.5.1 dev eth0").Lines();
        Assert.That(lines, Has.Count.EqualTo(remarks));
        Assert.That(lines, Has.All.Contains("tunnel-mtu: tunl0 has MTU 1481, but eth0 has 1500 (node-a/ip-addr.txt:1) and IPIP takes 20: at most 1480"));
    }

    private const string HostVeth = "\n7: veth1@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP\n    link/ether 02:00:00:00:07:0a brd ff:ff:ff:ff:ff:ff";

    private const string Pod = """
        2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP
            link/ether 02:00:00:00:99:0a brd ff:ff:ff:ff:ff:ff
            inet 10.244.0.9/24 scope global eth0
        """;

    [Test]
    public void A_pod_with_a_larger_MTU_than_its_nodes_tunnel_is_named() =>
        Assert.That(Run(links: Links + HostVeth).With("node-a/pods/p/ip-addr.txt", Pod).Lines(), Is.EqualTo(new[]
        {
            "node-a/pods/p/ip-addr.txt:1:1: warning pod-mtu: node-a/pods/p:eth0 has MTU 1500, but node-a:flannel.1 has 1450 (node-a/ip-d-addr.txt:4)",
        }));

    [Test]
    public void A_pod_whose_MTU_is_the_tunnels_is_fine_whatever_its_nodes_end_has() =>
        Assert.That(Run(links: Links + HostVeth).With("node-a/pods/p/ip-addr.txt", Pod.Replace("1500", "1450")).Lines(), Is.Empty);

    [Test]
    public void A_pods_end_with_a_larger_MTU_than_the_nodes_end_is_named() =>
        Assert.That(Run(links: Links + HostVeth.Replace("1500", "1450")).With("node-a/pods/p/ip-addr.txt", Pod).Lines(), Is.EqualTo(new[]
        {
            "node-a/pods/p/ip-addr.txt:1:1: warning veth-mtu: node-a/pods/p:eth0 has MTU 1500, but its other end node-a:veth1 has 1450 (node-a/ip-d-addr.txt:8)",
        }));
}
