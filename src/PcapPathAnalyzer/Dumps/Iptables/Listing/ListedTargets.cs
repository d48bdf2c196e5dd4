using System.Globalization;

namespace PcapPathAnalyzer.Dumps.Iptables.Listing;

/// <summary>How targets word their options in a listing, by the target's name (the print functions of extensions/libxt_*.c, libipt_*.c).</summary>
internal static class ListedTargets
{
    private static readonly Dictionary<string, PhraseBook> Books = new Dictionary<string, Phrase[]>
    {
        ["DNAT"] = [Same("to:%", "--to-destination {0}"), .. Flags("random random-fully persistent")],
        ["SNAT"] = [Same("to:%", "--to-source {0}"), .. Flags("random random-fully persistent")],
        ["MASQUERADE"] = [Same("masq ports: %", "--to-ports {0}"), .. Flags("random random-fully")],
        ["REDIRECT"] = [Same("redir ports %", "--to-ports {0}"), .. Flags("random random-fully persistent")],
        ["NETMAP"] = [Same("to:%", "--to {0}"), Same("%", "--to {0}")],
        ["MARK"] = [.. Marks("MARK")],
        ["CONNMARK"] =
        [
            .. Marks("CONNMARK"),
            .. new[] { "save", "restore" }.SelectMany(static verb => new[]
            {
                Same($"CONNMARK {verb}", $"--{verb}-mark --nfmask 0xffffffff --ctmask 0xffffffff"), Same($"CONNMARK {verb} mask %", $"--{verb}-mark --nfmask {{0}} --ctmask {{0}}"),
                Same($"CONNMARK {verb} nfmask % ctmask ~%", $"--{verb}-mark --nfmask {{0}} --ctmask {{1}}"), Same($"CONNMARK {verb} ctmask % nfmask ~%", $"--{verb}-mark --nfmask {{1}} --ctmask {{0}}"),
            }),
        ],
        ["DNPT"] = [Same("DNPT src-pfx % dst-pfx %", "--src-pfx {0} --dst-pfx {1}")],
        ["SNPT"] = [Same("SNPT src-pfx % dst-pfx %", "--src-pfx {0} --dst-pfx {1}")],
        ["REJECT"] = [Same("reject-with %", "--reject-with {0}")],
        ["TCPMSS"] = [Same("TCPMSS clamp to PMTU", "--clamp-mss-to-pmtu"), Same("TCPMSS set %", "--set-mss {0}")],
        ["CT"] = [Same("CT", ""), Same("notrack", "--notrack"), Same("NOTRACK", "--notrack"), .. Values("zone zone-orig zone-reply helper timeout ctevents expevents")],
        ["TPROXY"] = [Spelt("TPROXY redirect % mark %", static v => v[0].LastIndexOf(':') is var colon and > 0 ? $"--on-port {v[0][(colon + 1)..]} --on-ip {v[0][..colon]} --tproxy-mark {v[1]}" : null)],
        ["LOG"] =
        [
            Spelt("LOG flags % level %", static v => LogFlags(v[0]) is { } flags ? $"--log-level {v[1]}{flags}" : null), Same("LOG level %", "--log-level {0}"), Same("LOG", ""),
            Same("prefix %", "--log-prefix {0}"), .. "tcp-sequence tcp-options ip-options uid macdecode".Split(' ').Select(static word => Same(word, "--log-" + word)),
        ],
        ["NFLOG"] = [.. Values("nflog-group nflog-prefix nflog-range nflog-size nflog-threshold")],
        ["NFQUEUE"] = [Same("NFQUEUE num %", "--queue-num {0}"), Same("NFQUEUE balance %", "--queue-balance {0}"), Same("bypass", "--queue-bypass"), Same("cpu-fanout", "--queue-cpu-fanout")],
        ["SET"] = [.. "add-set del-set map-set".Split(' ').Select(static word => Same(word + " % %", $"--{word} {{0}} {{1}}")), .. Flags("exist map-mark map-prio map-queue"), .. Values("timeout")],
        ["CLASSIFY"] = [Same("CLASSIFY set %", "--set-class {0}")],
        ["DSCP"] = [Same("DSCP set %", "--set-dscp {0}")],
        ["TOS"] = [Same("TOS set %", "--set-tos {0}"), Same("TOS set%", "--set-tos {0}"), Same("TOS and %", "--and-tos {0}"), Same("TOS or %", "--or-tos {0}"), Same("TOS xor %", "--xor-tos {0}")],
        ["TTL"] = [.. Hops("TTL", "ttl")],
        ["HL"] = [.. Hops("HL", "hl")],
        ["CHECKSUM"] = [Same("CHECKSUM fill", "--checksum-fill")],
        ["TCPOPTSTRIP"] = [Same("TCPOPTSTRIP options %", "--strip-options {0}")],
        ["TEE"] = [Same("TEE gw:%", "--gateway {0}"), Same("oif=%", "--oif {0}")],
        ["AUDIT"] = [Same("AUDIT %", "--type {0}")],
        ["ECN"] = [Same("ECN TCP remove", "--ecn-tcp-remove")],
        ["SYNPROXY"] = [Same("SYNPROXY", ""), .. Flags("sack-perm timestamp ecn"), .. Values("wscale mss")],
        ["IDLETIMER"] = [Same("timeout:%", "--timeout {0}"), Same("label:%", "--label {0}"), Same("alarm", "--alarm")],
        ["RATEEST"] = [Same("name % interval % ewmalog %", "--rateest-name {0} --rateest-interval {1} --rateest-ewmalog {2}")],
        ["CONNSECMARK"] = [Same("CONNSECMARK save", "--save"), Same("CONNSECMARK restore", "--restore")],
        ["SECMARK"] = [Same("SECMARK selctx %", "--selctx {0}")],
        ["HMARK"] = [new Phrase("HMARK *", "", null)],
    }.ToDictionary(static t => t.Key, static t => new PhraseBook(t.Value));

    /// <summary>Null for a target that prints nothing, or a chain.</summary>
    public static PhraseBook? Book(string? target) => target is not null && Books.TryGetValue(target, out var book) ? book : null;

    private static Phrase Same(string pattern, string option) => new(pattern, "", option);

    private static Phrase Spelt(string pattern, Func<string[], string?> spell) => new(pattern, "", null) { Spell = spell };

    private static IEnumerable<Phrase> Flags(string words) => words.Split(' ').Select(static word => Same(word, "--" + word));

    private static IEnumerable<Phrase> Values(string words) => words.Split(' ').Select(static word => Same(word + " %", $"--{word} {{0}}"));

    // iptables-save prints every form of MARK as --set-xmark: mark = (mark & ~mask) ^ value.
    private static IEnumerable<Phrase> Marks(string word) =>
    [
        Same($"{word} set %", "--set-xmark {0}/0xffffffff"), Same($"{word} xset %", "--set-xmark {0}"), Same($"{word} or %", "--set-xmark {0}/{0}"), Same($"{word} xor %", "--set-xmark {0}/0x0"),
        Spelt($"{word} and %", static v => v[0].StartsWith("0x", StringComparison.Ordinal) && uint.TryParse(v[0].AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits)
            ? $"--set-xmark 0x0/0x{~bits:x}"
            : null),
    ];

    private static IEnumerable<Phrase> Hops(string word, string option) =>
        [Same($"{word} set to %", $"--{option}-set {{0}}"), Same($"{word} increment by %", $"--{option}-inc {{0}}"), Same($"{word} decrement by %", $"--{option}-dec {{0}}")];

    // Bits as in linux/netfilter/xt_LOG.h.
    private static string? LogFlags(string text)
    {
        if (!uint.TryParse(text, out var bits))
            return null;
        ReadOnlySpan<(uint Bit, string Word)> names = [(1, "tcp-sequence"), (2, "tcp-options"), (4, "ip-options"), (8, "uid"), (32, "macdecode")];
        var options = "";
        foreach (var (bit, word) in names)
        {
            if ((bits & bit) != 0)
                options += " --log-" + word;
        }

        return options;
    }
}
