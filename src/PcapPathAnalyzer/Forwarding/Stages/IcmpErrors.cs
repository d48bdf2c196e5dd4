using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>The errors that answers are named by, as iptables names them: their types and codes (RFC 792, RFC 1812 section 5.2.7.1, RFC 4443), and who sends them.</summary>
internal static class IcmpErrors
{
    /// <summary>The address an error comes from (icmp_send, net/ipv4/icmp.c; icmp6_send, net/ipv6/icmp.c); none where its route chooses.</summary>
    public static IpAddress Source(WalkContext context, Branch refused)
    {
        var (ns, tuple) = (refused.Namespace, refused.Packet.Tuple);
        // Of a packet that was for the namespace itself: the address it was sent to.
        if (refused.Route is { Kind: RouteKind.Local })
            return tuple.Destination;
        if (refused.Packet.In is not { } device)
            return default;
        if (tuple.Source.IsIpv4)
            return WalkContext.Sysctl(ns, "net.ipv4.icmp_errors_use_inbound_ifaddr") is 1 ? SourceAddressChoice.Of(ns, device, tuple.Source) : default;
        // One that suits the device that the packet came in by, unless the error's own route names one (icmpv6_rt_has_prefsrc).
        var isNamed = context.Route(ns, new RouteQuery { Destination = tuple.Source, Protocol = IpProtocol.Icmpv6 }).Any(static d => d.Route is { Source.IsNone: false });
        return isNamed ? default : SourceAddressChoice.Of(ns, device, tuple.Source);
    }

    public static int Type(string name, bool isIpv6) => name switch
    {
        "icmp-time-exceeded" => isIpv6 ? 3 : 11,
        "icmp-fragmentation-needed" => isIpv6 ? 2 : 3,
        _ => isIpv6 ? 1 : 3,
    };

    public static int Code(string name, bool isIpv6) => name switch
    {
        "icmp-host-unreachable" => isIpv6 ? 3 : 1,
        "icmp-proto-unreachable" => 2,
        "icmp-port-unreachable" => isIpv6 ? 4 : 3,
        "icmp-fragmentation-needed" => isIpv6 ? 0 : 4,
        "icmp-net-prohibited" => 9,
        "icmp-host-prohibited" => 10,
        "icmp-admin-prohibited" => isIpv6 ? 1 : 13,
        "icmp6-adm-prohibited" => 1,
        "icmp6-addr-unreachable" => 3,
        "icmp6-port-unreachable" => 4,
        "icmp6-policy-fail" => 5,
        "icmp6-reject-route" => 6,
        _ => 0,
    };
}
