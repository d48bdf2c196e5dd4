using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary>What <c>bridge vlan</c> and <c>brctl show</c> say of a bridge's ports.</summary>
public sealed class BridgeReaderTests
{
    private const string Since55 = """
        port              vlan-id  
        br0               1 PVID Egress Untagged
        veth1             1 Egress Untagged
                          10 PVID Egress Untagged
                            state forwarding mcast_router 1
                          20-25
        veth2             100

        """;

    private const string Before55 = "port\tvlan ids\nbr0\t 1 PVID Egress Untagged\n\nveth1\t 1 Egress Untagged\n\t 10 PVID Egress Untagged\n\t 20-25\n\nveth2\t 100\n\ndocker0\tNone\n";

    private const string Json = """
        [{"ifname":"br0","vlans":[{"vlan":1,"flags":["PVID","Egress Untagged"]}]},{"ifname":"veth1","vlans":[{"vlan":1,"flags":["Egress Untagged"]},
        {"vlan":10,"flags":["PVID","Egress Untagged"]},{"vlan":20,"vlanEnd":25}]},{"ifname":"veth2","vlans":[{"vlan":100}]}]
        """;

    [Test]
    public void VLANs_of_ports_are_the_same_in_every_form()
    {
        var expected = Described.Of(DumpFiles.ReadText(Since55));
        Assert.That(expected, Has.Count.EqualTo(5));
        foreach (var text in new[] { Since55, Before55, Json + "\n" })
        {
            var document = DumpFiles.ReadText(text);
            Assert.That(document.Problems, Is.Empty);
            Assert.That(document.Kinds, Is.EqualTo(new[] { "bridge-vlan" }));
            Assert.That(Described.Of(document), Is.EqualTo(expected));
        }
    }

    [Test]
    public void A_port_keeps_its_VLANs_with_their_lines()
    {
        var vlans = DumpFiles.ReadText(Since55).Records.Cast<BridgeVlanRecord>().ToList();
        Assert.That(vlans.Select(v => (v.Device, v.First, v.Last, v.IsPvid, v.IsUntagged, v.Location.Line)), Is.EqualTo(new[]
        {
            ("br0", 1, 1, true, true, 2), ("veth1", 1, 1, false, true, 3), ("veth1", 10, 10, true, true, 4), ("veth1", 20, 25, false, false, 6), ("veth2", 100, 100, false, false, 7),
        }));
    }

    [Test]
    public void A_VLAN_may_be_mapped_to_a_VNI() =>
        Assert.That(DumpFiles.ReadText("port              vlan-id    tunnel-id\nvx0               10         100\n").Records.Cast<BridgeVlanRecord>().Select(v => (v.First, v.TunnelId)), Is.EqualTo(new[] { (10, 100) }));

    [Test]
    public void Brctl_says_which_port_is_in_which_bridge()
    {
        var document = DumpFiles.ReadText("bridge name     bridge id               STP enabled     interfaces\nbr0             8000.08002731ddfd       no              eth1\n                                                        eth2\nbr1             8000.000000000000       no\n");
        Assert.That(document.Problems, Is.Empty);
        Assert.That(document.Records.Cast<LinkRecord>().Select(l => (l.Name, l.Master, l.LinkKind)), Is.EqualTo(new (string, string?, string?)[]
        {
            ("br0", null, "bridge"), ("eth1", "br0", null), ("eth2", "br0", null), ("br1", null, "bridge"),
        }));
    }
}
