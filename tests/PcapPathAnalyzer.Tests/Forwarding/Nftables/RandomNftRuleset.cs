using System.Text;

namespace PcapPathAnalyzer.Tests.Forwarding.Nftables;

/// <summary>
/// A native ruleset by chance: chains on the hooks that a forwarded packet passes, at priorities that collide with each other and with conntrack's,
/// with sets, maps, verdict maps, jumps, gotos, marks and connection state. Loops cannot arise: chains lead only to later ones.
/// </summary>
internal sealed class RandomNftRuleset(int seed, string name)
{
    private const int Regular = 6;

    private static readonly string[] Hooks = ["prerouting", "forward", "postrouting"];
    private static readonly int[] Priorities = [-310, -300, -150, -110, -100, -90, 0, 0, 10, 50, 100, 110];

    private readonly Random random = new(seed);
    private readonly StringBuilder text = new();

    /// <summary>As <c>nft -f</c> reads it: two tables, one of them for both families.</summary>
    public string Text()
    {
        foreach (var family in new[] { "ip", "inet" })
        {
            text.Append($"table {family} {name}{family} {{\n");
            text.Append("set hosts {\n type ipv4_addr\n flags interval\n elements = { 10.2.0.2-10.2.0.4, 10.1.0.0/30 }\n}\n");
            text.Append("set ports {\n type inet_proto . inet_service\n elements = { tcp . 80, udp . 53, tcp . 443 }\n}\n");
            text.Append("map marks {\n type ipv4_addr : mark\n elements = { 10.2.0.2 : 0x1, 10.2.0.3 : 0x2, 10.2.0.5 : 0x10 }\n}\n");
            // Later chains first: what a rule leads to has to be known.
            for (var i = Regular - 1; i >= 0; i--)
                Chain($"r{i}", "", i);
            text.Append($"map verdicts {{\n type ipv4_addr . inet_proto . inet_service : verdict\n elements = {{ 10.2.0.2 . tcp . 80 : jump r{Any(Regular)}, 10.2.0.3 . udp . 53 : goto r{Any(Regular)}, 10.2.0.4 . tcp . 443 : accept }}\n}}\n");
            for (var b = 0; b < 4; b++)
            {
                var hook = Pick(Hooks);
                Chain($"b{b}", $" type filter hook {hook} priority {Pick(Priorities)}; policy {(Any(8) == 0 ? "drop" : "accept")};\n", -1, hook);
            }

            if (family == "ip" && Any(2) == 0)
                text.Append($"chain nat {{\n type nat hook prerouting priority {Pick([-100, -90, -110])}; policy accept;\n ip daddr 10.2.0.5 tcp dport {Pick([80, 443])} dnat to 10.2.0.6:8080\n ip daddr . th dport vmap {{ 10.2.0.4 . 53 : return }}\n}}\n");
            text.Append("}\n");
        }

        return text.ToString();
    }

    private void Chain(string chain, string hook, int index, string? on = null)
    {
        text.Append($"chain {chain} {{\n{hook}");
        var rules = 2 + Any(4);
        for (var i = 0; i < rules; i++)
        {
            // One rule asks for one transport protocol: nft refuses contradictions.
            var transport = Any(3) == 0 ? Transport() + " " : "";
            text.Append($" {(Any(2) == 0 ? Match() + " " : "")}{transport}{Effects()}{Verdict(index, on, transport.Length == 0)}\n");
        }

        text.Append("}\n");
    }

    private string Transport() => Any(5) switch
    {
        0 => $"tcp dport {Pick(["80", "!= 80", "{ 80, 443 }", "1-100", "> 100"])}",
        1 => "udp dport 53",
        2 => "meta l4proto . th dport @ports",
        3 => $"meta l4proto {Pick(["tcp", "udp", "{ tcp, udp }"])}",
        _ => "tcp flags syn / fin,syn,rst,ack",
    };

    private string Match() => Any(10) switch
    {
        0 => "ip daddr @hosts",
        1 => $"ip daddr {Pick(["!= ", ""])}10.2.0.{2 + Any(5)}",
        2 => $"ip saddr {{ 10.1.0.{2 + Any(2)}, 10.1.0.4/31 }}",
        3 => $"meta mark & {Pick(["0x3", "0x10"])} {Pick(["==", "!="])} {Pick(["0x1", "0x2", "0x0"])}",
        4 => $"ct state {Pick(["new", "established,related", "!= new", "invalid", "untracked", "{ new, established }"])}",
        5 => $"iifname {Pick(["\"c*\"", "\"core\"", "!= \"edge\"", "{ \"edge\", \"lo\" }"])}",
        6 => $"oifname {Pick(["\"core\"", "!= \"core\""])}",
        7 => "fib daddr type local",
        8 => $"ct mark {Pick(["0x1", "0x0", "!= 0x0"])}",
        _ => $"ip ttl {Pick(["64", "63", "< 64"])}",
    };

    private string Effects() => Any(6) switch
    {
        0 => $"meta mark set meta mark {Pick(["| 0x1", "^ 0x2", "& 0xfffffffe"])} ",
        1 => $"meta mark set 0x{Pick(["1", "2", "10"])} ",
        2 => "meta mark set ip daddr map @marks ",
        3 => $"ct mark set {Pick(["0x1", "meta mark"])} ",
        _ => "",
    };

    // From a regular chain only to later ones.
    private string Verdict(int index, string? hook, bool mayAskTransport)
    {
        var next = index + 1 < Regular ? $"r{index + 1 + Any(Regular - index - 1)}" : null;
        return Any(9) switch
        {
            0 => "accept",
            1 when Any(3) == 0 => "drop",
            2 or 3 when next is not null => $"jump {next}",
            4 when next is not null => $"goto {next}",
            5 => "return",
            6 when index < 0 && mayAskTransport => "ip daddr . meta l4proto . th dport vmap @verdicts",
            7 when next is not null && mayAskTransport => $"tcp dport vmap {{ 80 : jump {next}, 443 : return, 8080 : continue }}",
            8 when hook == "forward" && mayAskTransport && Any(4) == 0 => "meta l4proto udp reject",
            _ => "continue",
        };
    }

    private int Any(int count) => random.Next(count);

    private T Pick<T>(T[] values) => values[random.Next(values.Length)];
}
