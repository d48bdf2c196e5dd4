using Newtonsoft.Json.Linq;

namespace PcapPathAnalyzer.Dumps;

/// <summary>The JSON form of an interface and of what only its kind has.</summary>
internal static class LinkJson
{
    public static JObject Of(LinkRecord link, JObject head) => DumpJson.Fill(
        head,
        ("ifindex", DumpJson.Positive(link.IfIndex)),
        ("ifname", link.Name),
        ("link", link.Peer),
        ("link_index", DumpJson.Positive(link.PeerIfIndex)),
        ("flags", link.Flags),
        ("mtu", DumpJson.Positive(link.Mtu)),
        ("master", link.Master),
        ("operstate", link.OperState),
        ("link_netns", link.LinkNetns),
        ("link_type", link.LinkLayer),
        ("address", DumpJson.Known(link.Mac)),
        ("info_kind", link.LinkKind),
        ("vxlan", link.Vxlan is { } vxlan ? Vxlan(vxlan) : null),
        ("bridge", link.Bridge is { } bridge ? Bridge(bridge) : null),
        ("bridge_slave", link.BridgePort is { } port ? Port(port) : null),
        ("tunnel", link.Tunnel is { } tunnel ? Tunnel(tunnel) : null),
        ("vlan", link.Vlan is { } vlan ? DumpJson.Fill([], ("id", vlan.Id), ("protocol", vlan.Protocol)) : null),
        ("details", link.Details));

    private static JObject Vxlan(VxlanDetails v) => DumpJson.Fill(
        [],
        ("id", v.Vni < 0 ? null : v.Vni),
        ("local", DumpJson.Known(v.Local)),
        ("remote", DumpJson.Known(v.Remote)),
        ("link", v.Device),
        ("port", v.DestinationPort),
        ("learning", v.Learning),
        ("udp_csum", v.UdpChecksum),
        ("external", DumpJson.True(v.External)),
        ("gpe", DumpJson.True(v.Gpe)));

    private static JObject Bridge(BridgeDetails b) => DumpJson.Fill(
        [], ("vlan_filtering", b.VlanFiltering), ("nf_call_iptables", b.CallIptables), ("nf_call_ip6tables", b.CallIp6tables));

    private static JObject Port(BridgePortDetails p) => DumpJson.Fill(
        [],
        ("state", p.State),
        ("hairpin", p.Hairpin),
        ("isolated", p.Isolated),
        ("learning", p.Learning),
        ("flood", p.Flood),
        ("mcast_flood", p.MulticastFlood),
        ("bcast_flood", p.BroadcastFlood),
        ("proxy_arp", p.ProxyArp),
        ("neigh_suppress", p.NeighbourSuppress));

    private static JObject Tunnel(TunnelDetails t) => DumpJson.Fill(
        [],
        ("local", DumpJson.Known(t.Local)),
        ("remote", DumpJson.Known(t.Remote)),
        ("id", t.Id < 0 ? null : t.Id),
        ("port", DumpJson.Positive(t.DestinationPort)),
        ("external", DumpJson.True(t.External)));
}
