using System.Text;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>
/// Native tables by chance for the router of <see cref="RouterNetwork"/>: chains of every type on every hook, at priorities that collide with each other,
/// with iptables' and with conntrack's, with sets, maps, verdict maps, jumps, gotos, marks, zones, connections and translations. Loops cannot arise: chains
/// lead only to later ones.
/// </summary>
internal sealed class RandomNftRuleset(int seed, bool isIpv6)
{
    private const int Regular = 6;

    private static readonly string[] Hooks = ["prerouting", "input", "forward", "output", "postrouting"];
    private static readonly int[] Priorities = [-310, -300, -150, -110, -100, -90, 0, 0, 10, 50, 99, 100, 110];

    private readonly Random random = new(seed);
    private readonly StringBuilder text = new();
    private bool hasChance;
    private bool hasOpen;
    private bool isInet;

    /// <summary>As <c>nft -f</c> reads it: two tables, one of them for both families, in place of those that were there.</summary>
    public string Text()
    {
        foreach (var family in new[] { "ip", "inet" })
        {
            isInet = family == "inet";
            text.Append($"table {family} chance\ndelete table {family} chance\ntable {family} chance {{\n");
            text.Append("set hosts {\n type ipv4_addr\n flags interval\n elements = { 10.2.0.2-10.2.0.4, 10.1.0.0/30, 10.8.0.1 }\n}\n");
            text.Append("set ports {\n type inet_proto . inet_service\n elements = { tcp . 80, udp . 7, tcp . 7 }\n}\n");
            text.Append("map marks {\n type ipv4_addr : mark\n elements = { 10.2.0.2 : 0x1, 10.2.0.3 : 0x2, 10.8.0.1 : 0x10 }\n}\n");
            text.Append("map servers {\n type inet_service : ipv4_addr\n elements = { 7 : 10.2.0.3, 80 : 10.2.0.2 }\n}\n");
            text.Append("map backends {\n type ipv4_addr . inet_service : ipv4_addr . inet_service\n elements = { 10.8.0.1 . 80 : 10.2.0.2 . 7, 10.8.0.2 . 7 : 10.2.0.3 . 8 }\n}\n");
            // Later chains first: what a rule leads to has to be known.
            for (var i = Regular - 1; i >= 0; i--)
                Chain($"r{i}", "", i);
            text.Append($"map verdicts {{\n type ipv4_addr . inet_proto . inet_service : verdict\n elements = {{ 10.2.0.2 . tcp . 7 : jump r{Any(Regular)}, 10.2.0.3 . udp . 7 : goto r{Any(Regular)}, 10.8.0.1 . tcp . 80 : accept }}\n}}\n");
            for (var b = 0; b < 6; b++)
            {
                var hook = Pick(Hooks);
                var priority = Pick(Priorities);
                var type = hook == "output" && Any(3) == 0 ? "route" : "filter";
                Chain($"b{b}", $" type {type} hook {hook} priority {priority}; policy {(Any(10) == 0 ? "drop" : "accept")};\n", -1, hook, priority);
            }

            foreach (var hook in Hooks.Where(h => h != "forward" && Any(3) == 0))
                Translations(hook, family == "inet" ? "ip " : "");
            text.Append("}\n");
        }

        return isIpv6 ? InIpv6(text.ToString()) : text.ToString();
    }

    private static string InIpv6(string rules) => Ip6Spelling.Of(rules.Replace("ipv4_addr", "ipv6_addr", StringComparison.Ordinal).Replace("ip daddr", "ip6 daddr", StringComparison.Ordinal).Replace("ip saddr", "ip6 saddr", StringComparison.Ordinal)
        .Replace("ip ttl", "ip6 hoplimit", StringComparison.Ordinal).Replace("ip dscp", "ip6 dscp", StringComparison.Ordinal).Replace("table ip ", "table ip6 ", StringComparison.Ordinal).Replace("nat ip to", "nat ip6 to", StringComparison.Ordinal)
        .Replace("ip ecn", "ip6 ecn", StringComparison.Ordinal).Replace("ip length", "ip6 length", StringComparison.Ordinal).Replace("ip protocol", "ip6 nexthdr", StringComparison.Ordinal).Replace("dnat ip prefix", "dnat ip6 prefix", StringComparison.Ordinal).Replace("255.255.255.0", "ffff:ffff:ffff:ffff::", StringComparison.Ordinal).Replace("icmp type", "icmpv6 type", StringComparison.Ordinal).Replace("{ icmp, ", "{ icmpv6, ", StringComparison.Ordinal));

    private void Chain(string chain, string hook, int index, string? on = null, int priority = 0)
    {
        text.Append($"chain {chain} {{\n{hook}");
        var rules = 2 + Any(4);
        for (var i = 0; i < rules; i++)
        {
            // One rule asks for one transport protocol: nft refuses contradictions.
            var transport = Any(3) == 0 ? Transport() + " " : "";
            text.Append($" {(Any(2) == 0 ? Match(on) + " " : "")}{transport}{Effects(on, priority)}{Verdict(index, on, transport.Length == 0)}\n");
        }

        text.Append("}\n");
    }

    // A chain of type nat: what it may do depends on its hook.
    private void Translations(string hook, string to)
    {
        var isDestination = hook is "prerouting" or "output";
        text.Append($"chain nat{hook} {{\n type nat hook {hook} priority {(isDestination ? Pick([-100, -90, -110]) : Pick([100, 90, 110]))}; policy accept;\n");
        var rules = 1 + Any(3);
        for (var i = 0; i < rules; i++)
            text.Append($" {(Any(2) == 0 ? Match(hook) + " " : "")}{(isDestination ? Destination(to) : Source(hook, to))}\n");
        text.Append("}\n");
    }

    private string Destination(string to) => Any(9) switch
    {
        6 => $"meta l4proto {Pick(["tcp", "udp"])} dnat {to}to ip daddr . th dport map @backends",
        7 => $"ip daddr 10.8.0.0/24 dnat {(to.Length > 0 ? "ip " : "")}prefix to ip daddr map {{ 10.8.0.0/24 : 10.2.0.0/24 }}",
        8 => $"tcp dport 80 dnat {to}to 10.2.0.2-10.2.0.3:{Pick(["7", "8"])}{Pick(["", " persistent"])}",
        0 => $"ip daddr 10.8.0.1 dnat {to}to 10.2.0.{2 + Any(2)}",
        1 => $"tcp dport {Pick(["7", "80"])} dnat {to}to 10.2.0.2:7",
        2 => $"tcp dport {{ 7, 80 }} dnat {to}to tcp dport map @servers",
        3 => $"udp dport 7 redirect to :{Pick(["7", "8"])}",
        4 => "ip daddr 10.8.0.0/24 ip daddr . meta l4proto . th dport vmap { 10.8.0.2 . tcp . 7 : return }",
        _ => $"meta l4proto {Pick(["tcp", "udp"])} redirect",
    };

    private string Source(string hook, string to) => hook == "postrouting" && Any(2) == 0
        ? Pick(["masquerade", "meta l4proto tcp masquerade random", "oifname \"vs\" masquerade", "meta l4proto udp masquerade to :5000-5999", "meta l4proto tcp masquerade fully-random"])
        : Pick([$"snat {to}to 10.2.0.1", $"ip daddr @hosts snat {to}to 10.1.0.1", $"meta l4proto udp snat {to}to 10.2.0.1:6000-6999", $"meta l4proto tcp snat {to}to 10.2.0.1 random"]);

    private string Transport() => Any(11) switch
    {
        10 => $"@th,{Pick(["0,16 7", "16,16 7", "16,16 0x50", "64,16 0x0"])}",
        9 => $"ip protocol {Pick(["tcp", "{ tcp, udp }", "!= udp"])}",
        8 => $"meta l4proto {Pick(["tcp", "udp"])} ct {Pick(["original", "reply"])} proto-{Pick(["src 7", "dst 80", "dst != 7", "dst 1-100"])}",
        0 => $"tcp dport {Pick(["80", "!= 80", "{ 7, 80 }", "1-100", "> 7", "<= 7"])}",
        1 => $"udp dport {Pick(["7", "!= 7"])}",
        2 => "meta l4proto . th dport @ports",
        3 => $"meta l4proto {Pick(["tcp", "udp", "{ tcp, udp }", "!= tcp", "{ icmp, udp }"])}",
        4 => $"tcp flags {Pick(["syn / fin,syn,rst,ack", "& (syn | ack) == syn", "syn", "! syn", "!= syn"])}",
        5 => $"tcp sport {Pick(["1024-65535", "7"])}",
        6 => $"icmp type {Pick(["echo-request", "echo-reply", "{ echo-request, destination-unreachable }", "!= echo-request"])}",
        _ => $"meta l4proto {{ tcp, udp }} th dport {Pick(["7", "{ 7, 80 }"])}",
    };

    private string Match(string? hook) => Any(36) switch
    {
        35 => $"meta skuid {Pick(["0", "!= 0"])}",
        20 => $"ip daddr & 255.255.255.0 {Pick(["==", "!="])} {Pick(["10.2.0.0", "10.8.0.0"])}",
        21 => $"meta pkttype {Pick(["host", "unicast", "!= multicast", "other"])}",
        22 when isInet => $"meta nfproto != {(isIpv6 ? "ipv4" : "ipv6")}",
        24 => $"ct protocol != {Pick(["tcp", "udp"])}",
        25 => $"fib daddr . iif type {Pick(["local", "unicast"])}".Replace("iif", hook is "prerouting" or "input" ? "iif" : "mark", StringComparison.Ordinal),
        26 when hook is "prerouting" or "input" or "forward" => $"fib saddr . mark oif {Pick(["exists", "missing", "\"vc\""])}",
        27 => $"ip ecn {Pick(["not-ect", "ect0", "ce", "!= not-ect"])}",
        28 => $"iif {Pick(["\"lo\"", "!= \"lo\""])}",
        29 => $"ct mark & 0x3 {Pick(["== 0x1", "!= 0x0"])}",
        30 => $"meta mark {Pick(["{ 0x1, 0x10-0x20 }", "> 0x1", "0x0"])}",
        31 => $"ip saddr != {{ 10.1.0.0/24, 10.2.0.1 }}",
        // Not unequal: nft 1.0.6 makes one comparison of this and of the next header's behind it, which holds where either does.
        32 => $"ip length {Pick(["> 48", "40-60"])}",
        33 when !hasOpen && (hasOpen = Any(2) == 0) => Pick(["limit rate 1/minute", "limit rate over 10/second", "quota over 100 bytes", "meta cpu 0", "ct packets > 1", "meta random 1-1000000000"]),
        34 => $"ct status {Pick(["confirmed", "! snat", "& (snat | dnat) != 0x0", "!= confirmed"])}",
        0 => "ip daddr @hosts",
        1 => $"ip daddr {Pick(["!= ", ""])}10.2.0.{1 + Any(3)}",
        2 => $"ip saddr {{ 10.1.0.{1 + Any(2)}, 10.1.0.4/31 }}",
        3 => $"meta mark & {Pick(["0x3", "0x10"])} {Pick(["==", "!="])} {Pick(["0x1", "0x2", "0x0"])}",
        4 => $"ct state {Pick(["new", "established,related", "!= new", "invalid", "untracked", "{ new, established }", "! established"])}",
        5 => $"iifname {Pick(["\"v*\"", "\"vs\"", "!= \"vc\"", "{ \"vc\", \"lo\" }"])}",
        6 => $"oifname {Pick(["\"vs\"", "!= \"vs\"", "\"lo\""])}",
        7 => $"fib {Pick(["daddr", "saddr"])} type {Pick(["local", "unicast", "!= local"])}",
        8 => $"ct mark {Pick(["0x1", "0x0", "!= 0x0"])}",
        9 => $"ip ttl {Pick(["64", "63", "< 64"])}",
        10 => $"ct direction {Pick(["original", "reply"])}",
        11 => $"ct status {Pick(["snat", "dnat", "seen-reply"])}",
        12 => $"ct original ip daddr {Pick(["10.8.0.1", "!= 10.2.0.2", "10.2.0.0/24"])}",
        13 => $"ct reply ip saddr {Pick(["10.2.0.2", "10.2.0.3"])}",
        14 => $"ct {Pick(["original", "reply"])} ip saddr 10.1.0.0/24",
        15 => $"meta length {Pick(["> 48", "40-48", "!= 40"])}",
        16 => $"ip dscp {Pick(["af11", "cs0", "!= cs0"])}",
        17 => $"ct {Pick(["", "original ", "reply "])}zone {Pick(["0", "5", "!= 5"])}",
        18 => "ip saddr . ip daddr { 10.1.0.2 . 10.2.0.2, 10.1.0.2 . 10.8.0.1, 10.2.0.1 . 10.2.0.3 }",
        19 when hook is "prerouting" or "input" or "forward" => $"fib saddr . iif oif {Pick(["missing", "exists"])}",
        _ => "meta l4proto != 132",
    };

    private string Effects(string? hook, int priority) => Any(hook is "prerouting" or "output" && priority < -200 ? 8 : 6) switch
    {
        0 => $"meta mark set meta mark {Pick(["| 0x1", "^ 0x2", "& 0xfffffffe"])} ",
        1 => $"meta mark set 0x{Pick(["1", "2", "10"])} ",
        2 => "meta mark set ip daddr map @marks ",
        3 => $"ct mark set {Pick(["0x1", "meta mark", "ct mark | 0x2", "ct mark ^ 0x1"])} ",
        4 when Any(2) == 0 => $"meta mark set {Pick(["ct mark", "ct mark & 0x3", "meta mark << 1", "meta mark & 0xf | 0x2"])} ",
        6 => Pick(["notrack ", "ct zone set 5 "]),
        7 => Pick(["ct original zone set 5 ", "ct reply zone set 5 "]),
        _ => Any(6) == 0 ? Pick(["ip ttl set 60 ", "ip dscp set af11 ", "counter ", "log prefix \"x\" "]) : "",
    };

    // From a regular chain only to later ones.
    private string Verdict(int index, string? hook, bool mayAskTransport)
    {
        var next = index + 1 < Regular ? $"r{index + 1 + Any(Regular - index - 1)}" : null;
        return Any(10) switch
        {
            0 => "accept",
            1 when Any(3) == 0 => "drop",
            2 or 3 when next is not null => $"jump {next}",
            4 when next is not null => $"goto {next}",
            5 => "return",
            6 when next is not null && mayAskTransport && Any(3) == 0 => Pick([$"ct state vmap {{ established : accept, new : jump {next}, invalid : return }}", $"iifname vmap {{ \"vc\" : jump {next}, \"vs\" : return, \"lo\" : continue }}", $"meta mark vmap {{ 0x1 : jump {next}, 0x2-0x10 : goto {next} }}", $"ip saddr vmap {{ 10.1.0.0/24 : jump {next}, 10.2.0.1 : continue }}"]),
            6 when index < 0 && mayAskTransport => "ip daddr . meta l4proto . th dport vmap @verdicts",
            7 when next is not null && mayAskTransport => $"tcp dport vmap {{ 7 : jump {next}, 80 : return, 8 : continue }}",
            8 when hook is "forward" or "input" or "output" && mayAskTransport && Any(3) == 0 => Pick(["meta l4proto udp reject", "meta l4proto tcp reject with tcp reset", "meta l4proto tcp reject", $"meta l4proto udp reject with {Unreachable} admin-prohibited", $"reject with {(isInet ? "icmpx host" : isIpv6 ? "icmpv6 addr" : "icmp host")}-unreachable"]),
            // Each doubles the ways: one is enough.
            9 when next is not null && !hasChance && (hasChance = Any(3) == 0) => $"numgen random mod 2 vmap {{ 0 : jump {next}, 1 : continue }}",
            _ => "continue",
        };
    }

    private string Unreachable => isInet ? "icmpx" : isIpv6 ? "icmpv6" : "icmp";

    private int Any(int count) => random.Next(count);

    private T Pick<T>(T[] values) => values[random.Next(values.Length)];
}
