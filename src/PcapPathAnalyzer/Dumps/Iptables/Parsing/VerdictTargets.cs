namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>Targets that decide a packet's fate: ACCEPT, DROP, QUEUE, NFQUEUE, RETURN, REJECT; and those whose outcome no dump tells.</summary>
internal static class VerdictTargets
{
    public static readonly Extension[] All =
    [
        Extension.Verdict("ACCEPT", g => new VerdictTarget { Name = g.Extension }),
        Extension.Verdict("DROP", g => new VerdictTarget { Name = g.Extension }),
        Extension.Verdict("QUEUE", g => new VerdictTarget { Name = g.Extension }),
        Extension.Verdict("RETURN", g => new ReturnTarget { Name = g.Extension }),
        Extension.Verdict("NFQUEUE", g => new VerdictTarget { Name = g.Extension, Options = g.OptionsText }, "--queue-bypass --queue-cpu-fanout", "--queue-num --queue-balance"),
        Extension.Verdict("REJECT", Reject, "", "--reject-with"),
        // What SYNPROXY does depends on the handshake it plays itself (nf_synproxy_core.c).
        Extension.Verdict("SYNPROXY", g => new UnknownTarget { Name = g.Extension, Options = g.OptionsText }, "--sack-perm --timestamp --ecn", "--mss --wscale"),
        // RFC 6296 prefix translation changes addresses without conntrack; the result is not computed.
        Extension.Verdict("DNPT", g => new UnknownTarget { Name = g.Extension, Options = g.OptionsText }, "", "--src-pfx --dst-pfx"),
        Extension.Verdict("SNPT", g => new UnknownTarget { Name = g.Extension, Options = g.OptionsText }, "", "--src-pfx --dst-pfx"),
    ];

    /// <summary>Short names that iptables takes and prints in full (libipt_REJECT.c, libip6t_REJECT.c).</summary>
    private static readonly Dictionary<string, string> Aliases = new()
    {
        ["net-unreach"] = "icmp-net-unreachable", ["host-unreach"] = "icmp-host-unreachable", ["proto-unreach"] = "icmp-proto-unreachable", ["port-unreach"] = "icmp-port-unreachable",
        ["net-prohib"] = "icmp-net-prohibited", ["host-prohib"] = "icmp-host-prohibited", ["admin-prohib"] = "icmp-admin-prohibited", ["tcp-rst"] = "tcp-reset",
        ["no-route"] = "icmp6-no-route", ["adm-prohibited"] = "icmp6-adm-prohibited", ["addr-unreach"] = "icmp6-addr-unreachable",
        ["policy-fail"] = "icmp6-policy-fail", ["reject-route"] = "icmp6-reject-route",
    };

    private static RejectTarget Reject(OptionGroup group)
    {
        var with = group.Find("--reject-with")?.Value ?? (group.IsIpv6 ? "icmp6-port-unreachable" : "icmp-port-unreachable");
        if (group.IsIpv6 && with == "port-unreach")
            with = "icmp6-port-unreachable";
        return new RejectTarget(Aliases.GetValueOrDefault(with, with)) { Name = group.Extension };
    }
}
