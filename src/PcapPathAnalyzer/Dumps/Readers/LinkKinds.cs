using System.Collections.Frozen;

namespace PcapPathAnalyzer.Dumps.Readers;

/// <summary>What the details of each kind of interface mean; text and JSON come here with the same words.</summary>
internal static class LinkKinds
{
    private static readonly FrozenSet<string> Kinds = new[]
    {
        "veth", "bridge", "vxlan", "ipip", "sit", "gre", "gretap", "ip6tnl", "ip6gre", "ip6gretap", "erspan", "ip6erspan", "vti", "vti6", "vlan", "macvlan", "macvtap",
        "ipvlan", "ipvtap", "bond", "team", "dummy", "ifb", "tun", "wireguard", "geneve", "vrf", "xfrm", "nlmon", "netkit", "macsec", "bareudp", "gtp", "hsr", "ipoib",
        "can", "vcan", "vxcan", "rmnet", "batadv", "amt", "dsa", "lowpan", "virt_wifi", "openvswitch", "netdevsim", "wwan", "ppp", "mctp", "vsockmon", "ovpn", "hsr",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>A word that begins the details of a kind, or of a port (<c>bridge_slave</c>).</summary>
    public static bool IsKind(ReadOnlySpan<char> word) => Kinds.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word) || (word.Length > 6 && word.EndsWith("_slave"));

    /// <summary>Gives details their fields; those without one stay as words, a port's behind the port's kind and a dot.</summary>
    public static LinkRecord Complete(LinkRecord link, DetailBag common, DetailBag own, string? portKind, DetailBag port)
    {
        link = link.LinkKind switch
        {
            "vxlan" => link with { Vxlan = Vxlan(own) },
            "bridge" => link with { Bridge = Bridge(own) },
            "vlan" => link with { Vlan = new VlanDetails(own.TakeInt("id", -1), own.Take("protocol") ?? "802.1Q") },
            "ipip" or "sit" or "gre" or "gretap" or "ip6tnl" or "ip6gre" or "ip6gretap" or "erspan" or "ip6erspan" or "vti" or "vti6" or "geneve" => link with { Tunnel = Tunnel(own) },
            _ => link,
        };
        if (portKind == "bridge_slave")
            link = link with { BridgePort = BridgePort(port) };
        var details = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (word, value) in common.Rest.Concat(own.Rest).Where(IsState))
            details[word] = value;
        foreach (var (word, value) in port.Rest.Where(IsState))
            details[$"{portKind}.{word}"] = value;
        return link with { Details = details };
    }

    // Running clocks say when the dump was made, not how the interface is set.
    private static bool IsState(KeyValuePair<string, string> detail) => !detail.Key.EndsWith("_timer", StringComparison.Ordinal);

    private static VxlanDetails Vxlan(DetailBag own)
    {
        var external = own.TakeOn("external");
        var vni = own.TakeInt("id", -1);
        var group = own.TakeAddress("group");
        var remote = own.TakeAddress("remote");
        return new VxlanDetails
        {
            Vni = external ? -1 : vni,
            Local = own.TakeAddress("local"),
            Remote = remote.IsNone ? group : remote,
            Device = own.Take("dev"),
            DestinationPort = own.TakeInt("dstport", 8472),
            Learning = own.TakeOn("learning", unless: true),
            UdpChecksum = own.TakeOn("udpcsum"),
            External = external,
            Gpe = own.TakeOn("gpe"),
        };
    }

    private static BridgeDetails Bridge(DetailBag own) => new()
    {
        VlanFiltering = own.TakeOn("vlan_filtering"),
        CallIptables = own.TakeOn("nf_call_iptables"),
        CallIp6tables = own.TakeOn("nf_call_ip6tables"),
    };

    private static BridgePortDetails BridgePort(DetailBag port) => new()
    {
        State = port.Take("state"),
        Hairpin = port.TakeOn("hairpin"),
        Isolated = port.TakeOn("isolated"),
        Learning = port.TakeOn("learning", unless: true),
        Flood = port.TakeOn("flood", unless: true),
        MulticastFlood = port.TakeOn("mcast_flood", unless: true),
        BroadcastFlood = port.TakeOn("bcast_flood", unless: true),
        ProxyArp = port.TakeOn("proxy_arp"),
        NeighbourSuppress = port.TakeOn("neigh_suppress"),
    };

    private static TunnelDetails Tunnel(DetailBag own) => new()
    {
        Local = own.TakeAddress("local"),
        Remote = own.TakeAddress("remote"),
        Id = Key(own),
        DestinationPort = own.TakeInt("dstport", 0),
        External = own.TakeOn("external"),
    };

    // Geneve has a VNI; GRE a key per direction, printed as a number or as a dotted quad.
    private static long Key(DetailBag own)
    {
        if (own.Take("id") is { } id && long.TryParse(id, out var vni))
            return vni;
        var key = own.Take("okey") ?? own.Take("key");
        own.Take("ikey");
        if (key is null)
            return -1;
        if (Primitives.IpAddress.TryParse(key, out var dotted) && dotted.IsIpv4)
            return dotted.Ipv4Value;
        return Text.Numbers.TryParse(key, out var number) ? number : -1;
    }
}
