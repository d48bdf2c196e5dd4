namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>Types and codes of the errors that answers are named by, as iptables names them (RFC 792, RFC 1812 section 5.2.7.1, RFC 4443).</summary>
internal static class IcmpErrors
{
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
