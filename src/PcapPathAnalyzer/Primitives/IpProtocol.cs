namespace PcapPathAnalyzer.Primitives;

/// <summary>IANA protocol numbers that the program names; any other value is carried as its number.</summary>
public enum IpProtocol : byte
{
    HopByHop = 0,
    Icmp = 1,
    Igmp = 2,
    IpIp = 4,
    Tcp = 6,
    Udp = 17,
    Ipv6 = 41,
    Ipv6Routing = 43,
    Ipv6Fragment = 44,
    Gre = 47,
    Esp = 50,
    Ah = 51,
    Icmpv6 = 58,
    Ipv6NoNext = 59,
    Ipv6DestinationOptions = 60,
    Ospf = 89,
    Pim = 103,
    Vrrp = 112,
    Sctp = 132,
    MobilityHeader = 135,
    UdpLite = 136,
    Mpls = 137,
}

/// <summary>Names of IP protocols as IANA's registry and iptables spell them.</summary>
public static class IpProtocols
{
    private static readonly (IpProtocol Protocol, string Keyword)[] Names =
    [
        (IpProtocol.HopByHop, "hopopt"), (IpProtocol.Icmp, "icmp"), (IpProtocol.Igmp, "igmp"), (IpProtocol.IpIp, "ipv4"), (IpProtocol.Tcp, "tcp"),
        (IpProtocol.Udp, "udp"), (IpProtocol.Ipv6, "ipv6"), (IpProtocol.Ipv6Routing, "ipv6-route"), (IpProtocol.Ipv6Fragment, "ipv6-frag"),
        (IpProtocol.Gre, "gre"), (IpProtocol.Esp, "esp"), (IpProtocol.Ah, "ah"), (IpProtocol.Icmpv6, "ipv6-icmp"), (IpProtocol.Ipv6NoNext, "ipv6-nonxt"),
        (IpProtocol.Ipv6DestinationOptions, "ipv6-opts"), (IpProtocol.Ospf, "ospf"), (IpProtocol.Pim, "pim"), (IpProtocol.Vrrp, "vrrp"),
        (IpProtocol.Sctp, "sctp"), (IpProtocol.MobilityHeader, "mobility-header"), (IpProtocol.UdpLite, "udplite"), (IpProtocol.Mpls, "mpls-in-ip"),
        // Other spellings that dumps use (etc/protocols, iptables, conntrack).
        (IpProtocol.IpIp, "ipencap"), (IpProtocol.IpIp, "ipip"), (IpProtocol.Icmpv6, "icmpv6"), (IpProtocol.Icmpv6, "icmp6"), (IpProtocol.MobilityHeader, "mh"),
        (IpProtocol.Ospf, "ospfigp"), (IpProtocol.Mpls, "mpls"),
    ];

    private static readonly string[] Keywords = MakeKeywords();

    private static readonly Dictionary<string, IpProtocol> ByKeyword = MakeByKeyword();

    /// <summary>The lower-case IANA keyword, or the number where the program has no name for it.</summary>
    public static string Keyword(this IpProtocol protocol) => Keywords[(byte)protocol];

    /// <summary>A keyword in any case, or a number 0..255.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out IpProtocol protocol)
    {
        if (byte.TryParse(text, out var number))
        {
            protocol = (IpProtocol)number;
            return true;
        }

        return ByKeyword.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out protocol);
    }

    /// <summary>True where the first four bytes of the header are two ports (RFC 9293, 768, 9260, 3828).</summary>
    public static bool HasPorts(this IpProtocol protocol) => protocol is IpProtocol.Tcp or IpProtocol.Udp or IpProtocol.Sctp or IpProtocol.UdpLite;

    private static string[] MakeKeywords()
    {
        var names = Enumerable.Range(0, 256).Select(n => n.ToString()).ToArray();
        foreach (var (protocol, keyword) in Names.Reverse())
            names[(byte)protocol] = keyword;
        return names;
    }

    private static Dictionary<string, IpProtocol> MakeByKeyword()
    {
        var map = new Dictionary<string, IpProtocol>(StringComparer.OrdinalIgnoreCase);
        foreach (var (protocol, keyword) in Names)
            map.TryAdd(keyword, protocol);
        return map;
    }
}
