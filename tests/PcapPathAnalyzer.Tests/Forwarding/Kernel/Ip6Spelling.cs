using System.Globalization;
using System.Text.RegularExpressions;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>Rules and sets of <see cref="RandomIptablesRuleset"/> in IPv6's words: 10.2.0.3 is fd02::3, and what an extension is called there.</summary>
internal static partial class Ip6Spelling
{
    private static readonly (string Old, string New)[] Words =
    [
        ("-p icmp", "-p ipv6-icmp"), ("-m icmp ", "-m icmp6 "), ("--icmp-type 8", "--icmpv6-type 128"), ("--icmp-type 3/3", "--icmpv6-type 1/4"), ("--icmp-type", "--icmpv6-type"),
        ("-m ttl", "-m hl"), ("--ttl-", "--hl-"), ("-j TTL", "-j HL"), ("BROADCAST", "ANYCAST"),
        ("icmp-port-unreachable", "icmp6-port-unreachable"), ("icmp-admin-prohibited", "icmp6-adm-prohibited"), ("icmp-host-unreachable", "icmp6-addr-unreachable"), ("icmp-net-unreachable", "icmp6-policy-fail"),
        ("hash:ip\n", "hash:ip family inet6\n"), ("hash:net\n", "hash:net family inet6\n"), ("hash:ip,port\n", "hash:ip,port family inet6\n"), ("hash:net,port\n", "hash:net,port family inet6\n"),
        ("hash:net,iface\n", "hash:net,iface family inet6\n"), ("hash:ip,port,ip\n", "hash:ip,port,ip family inet6\n"),
        ("10.0.0.2/255.0.0.255", "fd00::2/ff00::ff"),
    ];

    public static string Of(string text)
    {
        foreach (var (old, @new) in Words)
            text = text.Replace(old, @new, StringComparison.Ordinal);
        text = WithPort().Replace(text, m => $"[{Address(m)}]:");
        return Prefix().Replace(text, m => Address(m) + (m.Groups[3].Success ? $"/{Length(m.Groups[3].Value)}" : ""));
    }

    public static string Address(string ipv4) => Prefix().Replace(ipv4, Address);

    private static string Address(Match m) => $"fd0{m.Groups[1].Value}::{(m.Groups[2].Value == "0" ? "" : m.Groups[2].Value)}";

    // Networks of a /24 are those of a /64; what is longer leaves as many bits.
    private static int Length(string ipv4) => int.Parse(ipv4, CultureInfo.InvariantCulture) switch { 16 => 32, 24 => 64, var n => 96 + n };

    [GeneratedRegex(@"10\.(\d)\.0\.(\d+):(?=\d)")]
    private static partial Regex WithPort();

    [GeneratedRegex(@"10\.(\d)\.0\.(\d+)(?:/(\d+))?")]
    private static partial Regex Prefix();
}
