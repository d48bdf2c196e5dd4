using System.Text;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>
/// Tables of iptables by chance for the router of <see cref="RouterNetwork"/>: every match and target that the walk decides, negated or not, in chains
/// that jump, go and return. Loops cannot arise: chains lead only to later ones.
/// </summary>
/// <param name="seed">The same rules for the same number.</param>
/// <param name="isIpv6">For ip6tables.</param>
internal sealed class RandomIptablesRuleset(int seed, bool isIpv6 = false)
{
    private const int UserChains = 4;

    private static readonly (string Table, string[] Hooks)[] Tables =
    [
        ("raw", ["PREROUTING", "OUTPUT"]),
        ("mangle", ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]),
        ("nat", ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"]),
        ("filter", ["INPUT", "FORWARD", "OUTPUT"]),
    ];

    // What cannot be known from dumps doubles the ways: not many of them.
    private const int MostOpen = 3;

    private readonly Random random = new(seed);
    private int open;

    /// <summary>What the sets' matches ask for, as <c>ipset restore</c> reads it.</summary>
    public static string Sets(bool isIpv6 = false) => isIpv6 ? Ip6Spelling.Of(Sets4) : Sets4;

    private const string Sets4 = """
        create hosts hash:ip
        add hosts 10.1.0.2
        add hosts 10.2.0.3
        create nets hash:net
        add nets 10.2.0.0/24
        add nets 10.2.0.2/32 nomatch
        create ports bitmap:port range 0-1023
        add ports 7
        add ports 80
        create services hash:ip,port
        add services 10.8.0.1,tcp:80
        add services 10.2.0.2,udp:7
        create flows hash:net,port
        add flows 10.1.0.0/24,tcp:7
        create ifaces hash:net,iface
        add ifaces 10.1.0.0/24,vc
        add ifaces 10.2.0.0/24,vs
        create triples hash:ip,port,ip
        add triples 10.2.0.2,tcp:7,10.1.0.2
        create all list:set
        add all hosts
        add all nets

        """;

    /// <summary>As <c>iptables-restore</c> reads it.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        foreach (var (table, hooks) in Tables)
        {
            text.Append($"*{table}\n");
            foreach (var hook in hooks)
                text.Append($":{hook} {(table == "filter" && Any(8) == 0 ? "DROP" : "ACCEPT")} [0:0]\n");
            // Translations of destinations and of sources are valid on different hooks.
            foreach (var kind in Kinds(table))
            {
                for (var i = 0; i < UserChains; i++)
                    text.Append($":{kind}{i} - [0:0]\n");
            }

            foreach (var hook in hooks)
                Rules(text, table, hook, KindOf(table, hook), -1);
            foreach (var kind in Kinds(table))
            {
                for (var i = 0; i < UserChains; i++)
                    Rules(text, table, $"{kind}{i}", kind, i);
            }

            text.Append("COMMIT\n");
        }

        return isIpv6 ? Ip6Spelling.Of(text.ToString()) : text.ToString();
    }

    private static string[] Kinds(string table) => table == "nat" ? ["D", "S"] : ["U"];

    private static string KindOf(string table, string hook) => table != "nat" ? "U" : hook is "PREROUTING" or "OUTPUT" ? "D" : "S";

    private void Rules(StringBuilder text, string table, string chain, string kind, int index)
    {
        var count = (index < 0 ? 2 : 1) + Any(4);
        for (var i = 0; i < count; i++)
        {
            var protocol = Pick("", "", "", "-p tcp", "-p tcp", "-p udp", "-p icmp", "! -p udp");
            var words = new List<string> { protocol };
            // One of a kind: iptables takes an option once.
            foreach (var match in new HashSet<int>(Enumerable.Range(0, Any(3)).Select(_ => Any(28))))
                words.Add(Match(match, table, chain, index < 0));
            if (protocol is "-p tcp" or "-p udp" && Any(2) == 0)
                words.Add(Ports(protocol[3..]));
            if (protocol == "-p tcp" && Any(3) == 0)
                words.Add(Any(6) == 0 ? $"-m ecn {Not()}--ecn-tcp-{Pick("ece", "cwr")}" : $"-m tcp {Pick("--syn", "! --syn", "--tcp-flags SYN,ACK SYN", "! --tcp-flags ALL SYN", "--tcp-flags ALL NONE")}");
            if (protocol == "-p icmp" && Any(2) == 0)
                words.Add($"-m icmp {Not()}--icmp-type {Pick("8", isIpv6 ? "1" : "any", "echo-reply", "3/3", "destination-unreachable")}");
            words.Add(Target(table, chain, kind, index, protocol));
            text.Append($"-A {chain} {string.Join(' ', words.Where(w => w.Length > 0))}\n");
        }
    }

    private string Ports(string protocol) => Any(4) switch
    {
        0 => $"-m {protocol} {Not()}--dport {Pick("7", "80", "1:100", "1024:65535")}",
        1 => $"-m {protocol} {Not()}--sport {Pick("1024:65535", "7")}",
        2 => $"-m multiport {Not()}--{Pick("dports", "ports")} {Pick("7,80", "1:20,90", "8,9,20000:65535")}",
        _ => $"-m multiport {Not()}--sports {Pick("7,80", "20000:40000")}",
    };

    private string Match(int match, string table, string chain, bool isBuiltIn)
    {
        var mayIn = !isBuiltIn || chain is "PREROUTING" or "INPUT" or "FORWARD";
        var mayOut = !isBuiltIn || chain is "FORWARD" or "OUTPUT" or "POSTROUTING";
        switch (match)
        {
            case 0: return $"{Not()}-s {Pick("10.1.0.0/24", "10.1.0.2/32", "10.2.0.0/30", "10.0.0.2/255.0.0.255")}";
            case 1: return $"{Not()}-d {Pick("10.2.0.0/24", "10.2.0.2/32", "10.8.0.0/24", "10.8.0.1/32", "10.1.0.0/16")}";
            case 2 when mayIn: return $"{Not()}-i {Pick("vc", "vs", "v+", "lo")}";
            case 3 when mayOut: return $"{Not()}-o {Pick("vc", "vs", "v+", "lo")}";
            case 4: return $"-m conntrack {Not()}--ctstate {Pick("NEW", "ESTABLISHED", "RELATED,ESTABLISHED", "INVALID", "UNTRACKED", "INVALID,UNTRACKED", "DNAT", "SNAT", "NEW,DNAT")}";
            case 5: return $"-m conntrack {Pick("--ctorigsrc 10.1.0.0/24", "! --ctorigdst 10.8.0.0/24", "--ctreplsrc 10.2.0.2/32", "! --ctrepldst 10.1.0.2/32", "--ctproto 6", "! --ctproto 17")}";
            case 6: return $"-m conntrack {Pick("--ctdir ORIGINAL", "--ctdir REPLY")}";
            case 7: return $"-m conntrack {Not()}--ctstatus {Pick("SEEN_REPLY", "CONFIRMED", "NONE", "EXPECTED", "SEEN_REPLY,CONFIRMED")}";
            case 8: return $"-m conntrack {Pick("--ctorigdstport 80", "! --ctorigdstport 1:79", "--ctreplsrcport 7", "--ctstate INVALID,NEW --ctdir ORIGINAL")}";
            case 9: return $"-m mark {Not()}--mark {Pick("0x1", "0x0", "0x2/0x2", "0x0/0x3", "0x10/0xf0")}";
            case 10: return $"-m connmark {Not()}--mark {Pick("0x1", "0x0", "0x2/0x2", "0x4/0x4")}";
            case 11: return $"-m addrtype {Not()}--{Pick("dst", "src")}-type {Pick("LOCAL", "UNICAST", "LOCAL,UNICAST", "BROADCAST", "MULTICAST")}";
            case 12 when isBuiltIn && mayIn != mayOut: return $"-m addrtype {Not()}--dst-type LOCAL --limit-iface-{(mayIn ? "in" : "out")}";
            case 13: return $"-m set {Not()}--match-set {Pick("hosts src", "hosts dst", "nets dst", "nets dst --return-nomatch", "ifaces src,src", "triples dst,dst,src", "ports dst", "ports src", "services dst,dst", "services src,src", "flows src,dst", "all src", "all dst")}";
            case 14: return $"-m iprange {Not()}--{Pick("src-range 10.1.0.1-10.1.0.9", "dst-range 10.2.0.2-10.2.0.3", "dst-range 10.8.0.1-10.8.0.2")}";
            case 15: return $"-m length {Not()}--length {Pick("0:40", "48", "29:40", "41:65535")}";
            case 16: return $"-m ttl {Pick("--ttl-eq 64", "! --ttl-eq 63", "--ttl-lt 64", "--ttl-gt 62")}";
            case 17 when isBuiltIn && chain is "PREROUTING" or "FORWARD" or "POSTROUTING": return $"-m physdev {Not()}{(chain == "PREROUTING" ? "--physdev-is-in" : Pick("--physdev-is-bridged", "--physdev-is-in"))}";
            case 18: return $"-m dscp {Not()}--dscp {Pick("0x0a", "0x00", "0x2e")}";
            case 19: return $"-m tos {Not()}--tos {Pick("0x10/0x3f", "0x00/0xff", "0x08/0x08")}";
            case 20: return $"-m pkttype {Not()}--pkt-type {Pick("unicast", "multicast")}";
            case 21 when isIpv6: return Pick("-m frag --fragfirst", "-m hbh --hbh-len 8", "-m dst ! --dst-len 8", "-m rt --rt-type 0", "-m ipv6header --header prot --soft", "-m ipv6header ! --header prot", "-m ipv6header ! --header hop --soft", "-m ipv6header --header hop,prot");
            case 22: return Open(Pick("-m statistic --mode random --probability 0.5", "-m statistic --mode nth --every 2 --packet 1", "-m limit --limit 1/min", "-m quota --quota 100"));
            case 23 when Any(2) == 0: return Open(Pick("-m connbytes --connbytes 1:9 --connbytes-dir both --connbytes-mode packets", "-m recent --name x --set", "-m hashlimit --hashlimit-above 1/min --hashlimit-name h --hashlimit-mode srcip"));
            // As many as may be: the same question has the same answer.
            case 23: return $"-m {Pick("time --timestart 00:00 --timestop 12:00", $"string --algo bm {Not()}--string abc")}";
            case 24 when isBuiltIn && chain is "OUTPUT" or "POSTROUTING": return $"-m owner {Not()}--uid-owner 0";
            case 25: return $"-m ecn {Not()}--ecn-ip-ect {Any(4)}";
            case 26 when isBuiltIn && chain is "PREROUTING" && table is "raw" or "mangle": return $"-m rpfilter {Pick("", "--loose", "--validmark", "--accept-local", "--accept-local --loose")}{Pick("", " --invert")}";
            case 27 when isBuiltIn && mayIn && !mayOut: return $"-m mac {Not()}--mac-source 02:00:00:00:00:01";
            default: return "-m comment --comment \"by chance\"";
        }
    }

    private string Target(string table, string chain, string kind, int index, string protocol)
    {
        var next = index + 1 < UserChains ? $"{kind}{index + 1 + Any(UserChains - index - 1)}" : null;
        var roll = Any(10);
        if (next is not null && roll < 3)
            return $"-{(roll == 0 ? "g" : "j")} {next}";
        if (roll == 3)
            return "-j RETURN";
        if (roll == 4)
            return Any(3) == 0 ? "" : "-j ACCEPT";
        return table switch
        {
            "raw" => Pick("-j CT --notrack", "-j CT --zone 5", "-j CT --zone-orig 6", "-j CT --zone-reply 6", Mark(), Mark(), Mark()),
            "mangle" => Any(5) switch
            {
                0 => Pick("-j TTL --ttl-dec 1", "-j TTL --ttl-inc 3", "-j TTL --ttl-set 5", "-j TTL --ttl-set 64"),
                1 => Pick("-j DSCP --set-dscp 0x0a", "-j DSCP --set-dscp-class EF", "-j TOS --set-tos 0x10/0x3f", "-j TOS --or-tos 0x08", "-j TOS --xor-tos 0x10", "-j TOS --and-tos 0xf0", protocol == "-p tcp" && !isIpv6 ? Pick("-j ECN --ecn-tcp-remove", "-j ECN --ecn-tcp-cwr 1 --ecn-tcp-ece 0 --ecn-ip-ect 1") : "-j CHECKSUM --checksum-fill"),
                2 => Pick("-j CONNMARK --set-xmark 0x1/0x1", "-j CONNMARK --set-mark 0x2", "-j CONNMARK --save-mark", "-j CONNMARK --restore-mark", "-j CONNMARK --save-mark --nfmask 0xf --ctmask 0xf", "-j CONNMARK --restore-mark --nfmask 0x3 --ctmask 0x6", "-j CONNMARK --or-mark 0x4", "-j CONNMARK --xor-mark 0x3", "-j CONNMARK --and-mark 0x5"),
                3 when Any(6) == 0 => "-j DROP",
                _ => Mark(),
            },
            "nat" => kind == "D" ? Destination(protocol) : Source(chain, protocol),
            _ => Any(5) switch
            {
                0 => "-j DROP",
                1 => $"-j REJECT --reject-with {(protocol == "-p tcp" ? "tcp-reset" : Pick("icmp-port-unreachable", "icmp-admin-prohibited", "icmp-host-unreachable", "icmp-net-unreachable"))}",
                2 => Any(4) == 0 ? Pick("-j LOG --log-prefix \"x\"", "-j NFLOG --nflog-group 3") : Mark(),
                _ => "-j ACCEPT",
            },
        };
    }

    private string Mark() => $"-j MARK --{Pick("set-mark 0x1", "set-xmark 0x2/0x2", "or-mark 0x10", "and-mark 0xffffffef", "xor-mark 0x3", "set-mark 0x4/0xf")}";

    private string Destination(string protocol)
    {
        var hasPorts = protocol is "-p tcp" or "-p udp";
        return Any(6) switch
        {
            0 => hasPorts ? $"-j REDIRECT --to-ports {Pick("7", "7-9", "8", "7-8 --random")}" : "-j REDIRECT",
            1 => "-j NETMAP --to 10.2.0.0/24",
            2 => $"-j DNAT --to-destination {Pick("10.2.0.2", "10.2.0.3", "10.2.0.2-10.2.0.3", "10.2.0.2-10.2.0.3 --persistent", "10.1.0.2")}",
            _ => hasPorts ? $"-j DNAT --to-destination {Pick("10.2.0.2:7", "10.2.0.3:8", "10.2.0.2:7-9", "10.2.0.2:7-8 --random", ":7", "10.2.0.2-10.2.0.3:7", "10.2.0.2:7-90/7")}" : "-j DNAT --to-destination 10.2.0.3",
        };
    }

    private string Source(string chain, string protocol)
    {
        var hasPorts = protocol is "-p tcp" or "-p udp";
        // A chain that POSTROUTING and INPUT both lead to may not masquerade.
        if (chain == "POSTROUTING" && Any(2) == 0)
            return $"-j MASQUERADE{(hasPorts ? Pick("", " --random", " --random-fully", " --to-ports 5000-5999", " --to-ports 5000-5999 --random") : Pick("", " --random-fully"))}";
        if (Any(5) == 0)
            return Pick("-j NETMAP --to 10.2.0.0/24", "-j SNAT --to-source 10.2.0.1-10.2.0.2");
        return $"-j SNAT --to-source {Pick("10.2.0.1", "10.1.0.1")}{(hasPorts ? Pick("", ":6000-6999", " --random", " --random-fully") : Pick("", " --persistent"))}";
    }

    private string Open(string match) => open++ < MostOpen ? match : "";

    private string Not() => Any(3) == 0 ? "! " : "";

    private int Any(int count) => random.Next(count);

    private string Pick(params string[] values) => values[random.Next(values.Length)];
}
