namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>Policy rules, routes and settings by chance for the router of <see cref="RouterNetwork"/>: what its rulesets' marks and translations meet.</summary>
internal static class RandomSurroundings
{
    // One rule that no packet meets is always there: with the first one the kernel parts the local table from the main one for good.
    private const string Reset = """
        ip -n $router rule add pref 99 fwmark 0x12345 lookup main 2>/dev/null || true
        for p in 100 101 102 103 104 105 106 107 108; do ip -n $router rule del pref $p 2>/dev/null || true; ip -n $router -6 rule del pref $p 2>/dev/null || true; done
        for t in 100 101; do ip -n $router route flush table $t 2>/dev/null || true; ip -n $router -6 route flush table $t 2>/dev/null || true; done
        for r in default 10.8.0.2/32; do ip -n $router route del $r 2>/dev/null || true; done; for r in default fd08::2/128; do ip -n $router -6 route del $r 2>/dev/null || true; done
        ip -n $router route flush exact 10.1.0.2/32; ip -n $router -6 route flush exact fd01::2/128
        on $router sysctl -qw net.ipv4.conf.vc.rp_filter=0 net.ipv4.conf.vc.src_valid_mark=0 net.ipv4.conf.all.accept_local=0 net.ipv4.conf.all.route_localnet=0 net.netfilter.nf_conntrack_tcp_loose=1

        """;

    private static readonly string[] Changes =
    [
        "ip -n $router rule add pref 100 fwmark 0x2/0x2 lookup 100; ip -n $router route add default via 10.2.0.2 table 100",
        "ip -n $router rule add pref 101 fwmark 0x10/0x10 lookup 101; ip -n $router route add blackhole 10.2.0.3/32 table 101; ip -n $router route add throw 10.8.0.0/24 table 101",
        "ip -n $router rule add pref 102 iif vc to 10.8.0.0/24 blackhole",
        "ip -n $router rule add pref 103 from 10.1.0.1 lookup main suppress_prefixlength 0",
        // Of what comes in: the raw socket that sends the probes has no transport protocol and no class.
        "ip -n $router rule add pref 104 fwmark 0x1/0x3 iif vc ipproto udp unreachable",
        "ip -n $router rule add pref 105 tos 0x10 iif vc to 10.2.0.2 blackhole",
        "ip -n $router rule add pref 106 tos 0x10 iif lo to 10.1.0.2 blackhole",
        // Of the way back to the client, and of what sockets send there.
        "ip -n $router rule add pref 107 ipproto udp iif lo to 10.1.0.2 unreachable",
        "ip -n $router rule add pref 108 ipproto udp iif lo sport 7 to 10.1.0.2 blackhole",
        "ip -n $router route add 10.1.0.2/32 via 10.2.0.2 metric 4",
        "ip -n $router route add 10.1.0.2/32 via 10.2.0.2 metric 5; ip -n $router route add 10.1.0.2/32 dev vc metric 6",
        "ip -n $router route add default via 10.2.0.2",
        "ip -n $router route add blackhole 10.8.0.2/32",
        "on $router sysctl -qw net.ipv4.conf.vc.rp_filter=1",
        "on $router sysctl -qw net.ipv4.conf.vc.rp_filter=2 net.ipv4.conf.vc.src_valid_mark=1",
        "on $router sysctl -qw net.ipv4.conf.all.accept_local=1",
        "on $router sysctl -qw net.ipv4.conf.all.route_localnet=1",
        "on $router sysctl -qw net.netfilter.nf_conntrack_tcp_loose=0",
    ];

    /// <summary>A script: nothing for one in four, two or three changes for the others.</summary>
    public static string Of(int seed, bool isIpv6)
    {
        var random = new Random(seed);
        var chosen = random.Next(4) == 0 ? [] : Enumerable.Range(0, 2 + random.Next(2)).Select(_ => Changes[random.Next(Changes.Length)]).Distinct().ToList();
        return Reset + string.Join('\n', chosen.Select(c => isIpv6 ? InIpv6(c) : c));
    }

    private static string InIpv6(string change) => Ip6Spelling.Of(change)
        .Replace("-n $router rule", "-n $router -6 rule", StringComparison.Ordinal).Replace("-n $router route", "-n $router -6 route", StringComparison.Ordinal);
}
