using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary>Interfaces and their details, as iproute2 prints them.</summary>
public sealed class IpAddrReaderTests
{
    [Test]
    public void The_other_end_of_a_veth_pair_is_known_by_number_by_name_or_not_at_all()
    {
        var links = Links("2: eth0@if7: <UP> mtu 1500\n3: a@b: <UP> mtu 1500\n4: c: <UP> mtu 1500\n5: tunl0@NONE: <NOARP> mtu 1480\n");
        Assert.That(links.Select(l => (l.Name, l.Peer, l.PeerIfIndex)), Is.EqualTo(new[] { ("eth0", "if7", 7), ("a", "b", 0), ("c", (string?)null, 0), ("tunl0", "NONE", 0) }));
    }

    [TestCase("link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff link-netns cni-1", "cni-1")]
    [TestCase("link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff link-netnsid 3", "nsid:3")]
    public void The_namespace_of_the_other_end_is_known_by_name_or_number(string line, string netns) =>
        Assert.That(Links($"2: eth0@if7: <UP> mtu 1500\n    {line}\n").Single().LinkNetns, Is.EqualTo(netns));

    [Test]
    public void A_VXLAN_device_says_where_its_tunnel_goes()
    {
        var vxlan = Detail("vxlan id 1 local 192.0.2.1 dev eth0 srcport 0 0 dstport 8472 nolearning ttl auto ageing 300 udpcsum noudp6zerocsumtx noudp6zerocsumrx").Vxlan!;
        Assert.That(vxlan, Is.EqualTo(new VxlanDetails { Vni = 1, Local = Primitives.IpAddress.Parse("192.0.2.1"), Device = "eth0", DestinationPort = 8472, Learning = false, UdpChecksum = true }));
    }

    [TestCase("vxlan id 2 group 239.1.1.1 dev eth0 srcport 0 0 dstport 4789 ttl 8 ageing 300 noudpcsum", "239.1.1.1", 2, 4789)]
    [TestCase("vxlan id 77 remote 192.0.2.77 local 192.0.2.1 srcport 0 0 dstport 4799 ttl auto", "192.0.2.77", 77, 4799)]
    [TestCase("vxlan id 9 remote 2001:db8::7 srcport 32768 61000 dstport 4790", "2001:db8::7", 9, 4790)]
    public void The_remote_of_a_VXLAN_device_is_one_host_or_a_group(string line, string remote, int vni, int port)
    {
        var vxlan = Detail(line).Vxlan!;
        Assert.That((vxlan.Remote.ToString(), vxlan.Vni, vxlan.DestinationPort), Is.EqualTo((remote, vni, port)));
    }

    [Test]
    public void An_external_VXLAN_device_has_no_VNI_of_its_own()
    {
        var vxlan = Detail("vxlan external id 0 srcport 0 0 dstport 4790 nolearning ttl auto ageing 300 udpcsum gpe").Vxlan!;
        Assert.That((vxlan.External, vxlan.Vni, vxlan.Gpe), Is.EqualTo((true, -1, true)));
    }

    [Test]
    public void A_port_of_a_bridge_keeps_its_kind_and_its_flags()
    {
        var link = Links("5: v1@if2: <UP> mtu 1500 master cni0 state UP \n    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n    veth \n"
            + "    bridge_slave state forwarding priority 32 cost 2 hairpin on guard off learning off flood on proxy_arp off neigh_suppress on isolated on addrgenmode eui64 \n").Single();
        Assert.That(link.LinkKind, Is.EqualTo("veth"));
        Assert.That(link.Master, Is.EqualTo("cni0"));
        Assert.That(link.BridgePort, Is.EqualTo(new BridgePortDetails { State = "forwarding", Hairpin = true, Learning = false, Flood = true, NeighbourSuppress = true, Isolated = true }));
        Assert.That(link.Details["bridge_slave.cost"], Is.EqualTo("2"));
        Assert.That(link.Details["addrgenmode"], Is.EqualTo("eui64"));
    }

    [TestCase("ipip remote 192.0.2.50 local 192.0.2.1 ttl 64 pmtudisc", "192.0.2.1", "192.0.2.50", -1)]
    [TestCase("ipip ipip remote any local any ttl inherit nopmtudisc", "::", "::", -1)]
    [TestCase("gre remote 192.0.2.51 local 192.0.2.1 ttl inherit ikey 0.0.4.210 okey 0.0.4.210", "192.0.2.1", "192.0.2.51", 1234)]
    [TestCase("sit ip6ip remote 192.0.2.52 local 192.0.2.1 ttl 64 pmtudisc 6rd-prefix 2002::/16", "192.0.2.1", "192.0.2.52", -1)]
    [TestCase("ip6tnl any remote 2001:db8::2 local 2001:db8::1 hoplimit 64 encaplimit 4 tclass 0x00 flowlabel 0x00000 (flowinfo 0x00000000)", "2001:db8::1", "2001:db8::2", -1)]
    [TestCase("geneve id 99 remote 192.0.2.60 ttl auto dstport 6081 noudpcsum udp6zerocsumrx", "::", "192.0.2.60", 99)]
    public void Tunnels_say_where_they_begin_and_end(string line, string local, string remote, int id)
    {
        var tunnel = Detail(line).Tunnel!;
        Assert.That((tunnel.Local.ToString(), tunnel.Remote.ToString(), tunnel.Id), Is.EqualTo((local, remote, (long)id)));
    }

    [Test]
    public void A_VLAN_device_has_its_number_and_protocol()
    {
        var link = Detail("vlan protocol 802.1ad id 57 <REORDER_HDR> ingress-qos-map { 0:1 1:2 } egress-qos-map { 2:3 } addrgenmode eui64");
        Assert.That(link.Vlan, Is.EqualTo(new VlanDetails(57, "802.1ad")));
        Assert.That(link.Details["ingress-qos-map"], Is.EqualTo("0:1 1:2"));
    }

    [TestCase("macvlan mode bridge bcqueuelen 1000 usedbcqueuelen 1000", "mode", "bridge")]
    [TestCase("ipvlan  mode l3 private", "private", "on")]
    [TestCase("bond mode active-backup active_slave eth1 miimon 100", "active_slave", "eth1")]
    [TestCase("vrf table 10", "table", "10")]
    [TestCase("wireguard addrgenmode none", "addrgenmode", "none")]
    public void Details_without_a_field_stay_as_words(string line, string word, string value) => Assert.That(Detail(line).Details[word], Is.EqualTo(value));

    [Test]
    public void The_prefix_of_a_point_to_point_address_stands_behind_its_peer()
    {
        var address = DumpReaders.Read("x", "5: tun0: <UP> mtu 1500\n    inet 192.0.2.9 peer 198.51.100.9/32 scope global eth0:p2p\n").Records.OfType<AddressRecord>().Single();
        Assert.That((address.Address.ToString(), address.Peer.ToString(), address.Label), Is.EqualTo(("192.0.2.9/32", "198.51.100.9/32", "eth0:p2p")));
    }

    [Test]
    public void Short_and_long_forms_name_the_same_addresses()
    {
        var folder = Path.Combine(TestData.Folder, "dumps", "pair");
        var full = Addresses("ip-addr.txt");
        Assert.That(full, Has.Count.GreaterThan(10));
        Assert.That(Addresses("ip-o-addr.txt"), Is.EqualTo(full));
        Assert.That(Addresses("ip-br-addr.txt"), Is.EqualTo(full));

        List<string> Addresses(string file) => DumpReaders.Read(file, File.ReadAllText(Path.Combine(folder, file))).Records.OfType<AddressRecord>().Select(a => $"{a.Interface} {a.Address} {a.Peer}").Order(StringComparer.Ordinal).ToList();
    }

    private static LinkRecord Detail(string line)
    {
        var document = DumpReaders.Read("x", $"5: dev0: <UP> mtu 1450 qdisc noqueue state UP mode DEFAULT group default qlen 1000\n    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff promiscuity 0 \n    {line} \n");
        Assert.That(document.Problems, Is.Empty);
        return document.Records.OfType<LinkRecord>().Single();
    }

    private static List<LinkRecord> Links(string text)
    {
        var document = DumpReaders.Read("x", text);
        Assert.That(document.Problems, Is.Empty);
        return document.Records.OfType<LinkRecord>().ToList();
    }
}
