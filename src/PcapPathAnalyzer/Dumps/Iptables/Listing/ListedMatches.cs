using System.Globalization;
using PcapPathAnalyzer.Dumps.Iptables.Writing;

namespace PcapPathAnalyzer.Dumps.Iptables.Listing;

/// <summary>How match extensions word their options in a listing (the print functions of extensions/libxt_*.c, libipt_*.c, libip6t_*.c).</summary>
internal static class ListedMatches
{
    private const string Ports = "tcp udp udplite sctp dccp";

    public static readonly PhraseBook Book = new(
    [
        .. Ports.Split(' ').Select(static p => new Phrase(p, p, "")),
        new("spt:%", "", "--sport {0}") { After = Ports }, new("spts:%", "", "--sport {0}") { After = Ports },
        new("dpt:%", "", "--dport {0}") { After = Ports }, new("dpts:%", "", "--dport {0}") { After = Ports },
        new("flags:%", "tcp", null) { After = "tcp", Spell = static v => TcpFlags(v[0]) }, new("option=%", "tcp", "--tcp-option {0}") { After = "tcp" },
        new("any %", "sctp", null) { After = "sctp" }, new("all %", "sctp", null) { After = "sctp" }, new("only %", "sctp", null) { After = "sctp" },
        new("multiport sports %", "multiport", "--sports {0}"), new("multiport dports %", "multiport", "--dports {0}"), new("multiport ports %", "multiport", "--ports {0}"),
        .. Icmp("icmp", "icmp", "--icmp-type"), .. Icmp("ipv6-icmp", "icmp6", "--icmpv6-type"),
        new("state %", "state", "--state {0}"),
        .. "ctstate ctproto ctorigsrc ctorigdst ctreplsrc ctrepldst ctorigsrcport ctorigdstport ctreplsrcport ctrepldstport ctstatus ctexpire ctdir".Split(' ')
            .Select(static word => new Phrase(word + " %", "conntrack", $"--{word} {{0}}")),
        new("mark match %", "mark", "--mark {0}"), new("MARK match %", "mark", "--mark {0}"),
        new("connmark match %", "connmark", "--mark {0}"), new("CONNMARK match %", "connmark", "--mark {0}"),
        new("ADDRTYPE match", "addrtype", ""), new("src-type %", "addrtype", "--src-type {0}"), new("dst-type %", "addrtype", "--dst-type {0}"),
        new("limit-in", "addrtype", "--limit-iface-in"), new("limit-out", "addrtype", "--limit-iface-out"),
        new("match-set % %", "set", "--match-set {0} {1}"),
        .. "return-nomatch update-counters update-subcounters".Split(' ').Select(static word => new Phrase(word, "set", "--" + word) { After = "set" }),
        .. "packets-eq packets-lt packets-gt bytes-eq bytes-lt bytes-gt".Split(' ').Select(static word => new Phrase(word + " %", "set", $"--{word} {{0}}") { After = "set" }),
        new("statistic mode random probability %", "statistic", "--mode random --probability {0}"), new("statistic mode random ! probability %", "statistic", "--mode random ! --probability {0}"),
        new("statistic mode nth every %", "statistic", "--mode nth --every {0}"), new("statistic mode nth ! every %", "statistic", "--mode nth ! --every {0}"),
        new("packet %", "statistic", "--packet {0}") { After = "statistic" },
        new("MAC %", "mac", "--mac-source {0}"),
        new("source IP range %", "iprange", "--src-range {0}"), new("destination IP range %", "iprange", "--dst-range {0}"),
        new("PHYSDEV match", "physdev", ""), new("--physdev-in %", "physdev", "--physdev-in {0}"), new("--physdev-out %", "physdev", "--physdev-out {0}"),
        .. "--physdev-is-in --physdev-is-out --physdev-is-bridged".Split(' ').Select(static word => new Phrase(word, "physdev", word)),
        new("length %", "length", "--length {0}"), new("tcpmss match %", "tcpmss", "--mss {0}"),
        .. Comparisons("TTL", "ttl"), .. Comparisons("HL", "hl"),
        new("PKTTYPE = %", "pkttype", "--pkt-type {0}"), new("PKTTYPE != %", "pkttype", "! --pkt-type {0}"),
        new("DSCP match %", "dscp", "--dscp {0}"), new("tos match%", "tos", "--tos {0}"), new("tos match %", "tos", "--tos {0}"),
        .. UnknowablePhrases.All,
    ]);

    // The flags as a mask and what of it has to be set: 0x17/0x02, or their names.
    private static string? TcpFlags(string value)
    {
        if (value.Split('/') is not [var mask, var set])
            return null;
        return Names(mask) is { } first && Names(set) is { } second ? $"--tcp-flags {first} {second}" : null;

        static string? Names(string text)
        {
            if (!text.StartsWith("0x", StringComparison.Ordinal))
                return text;
            return byte.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits) ? MatchText.Flags(bits) : null;
        }
    }

    // "icmptype 3 code 3", "icmp !type 8", "icmp echo-request" (libxt_icmp.h). A range of codes is no type that iptables-save prints.
    private static IEnumerable<Phrase> Icmp(string word, string extension, string option)
    {
        foreach (var (begin, not) in new[] { (word + "type", ""), (word + " type", ""), (word + " !type", "! ") })
        {
            yield return new Phrase(begin + " % code %", extension, $"{not}{option} {{0}}/{{1}}");
            yield return new Phrase(begin + " % codes %", extension, null) { Spell = v => $"{not}{option} {v[0]}/{v[1].Replace('-', ':')}" };
            yield return new Phrase(begin + " %", extension, null) { Spell = v => $"{not}{option} {(v[0] == "255" && extension == "icmp" ? "any" : v[0])}" };
        }

        yield return new Phrase(word + " %", extension, option + " {0}");
    }

    private static IEnumerable<Phrase> Comparisons(string word, string extension) =>
    [
        new($"{word} match {word} == %", extension, $"--{extension}-eq {{0}}"), new($"{word} match {word} != %", extension, $"! --{extension}-eq {{0}}"),
        new($"{word} match {word} < %", extension, $"--{extension}-lt {{0}}"), new($"{word} match {word} > %", extension, $"--{extension}-gt {{0}}"),
    ];
}
