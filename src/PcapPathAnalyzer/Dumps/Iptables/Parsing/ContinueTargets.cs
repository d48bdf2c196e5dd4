namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>Targets after which the next rule is asked (XT_CONTINUE), with their options kept as text.</summary>
internal static class ContinueTargets
{
    public static readonly Extension[] All =
    [
        Continue("LOG", "--log-tcp-sequence --log-tcp-options --log-ip-options --log-uid --log-macdecode", "--log-level --log-prefix"),
        Continue("NFLOG", "", "--nflog-group --nflog-prefix --nflog-range --nflog-size --nflog-threshold"),
        Continue("ULOG", "", "--ulog-nlgroup --ulog-prefix --ulog-cprange --ulog-qthreshold"),
        Continue("TRACE", "", ""),
        Continue("AUDIT", "", "--type"),
        Continue("CHECKSUM", "--checksum-fill", ""),
        Continue("CLASSIFY", "", "--set-class"),
        Continue("CONNSECMARK", "--save --restore", ""),
        Continue("SECMARK", "", "--selctx"),
        Continue("TCPOPTSTRIP", "", "--strip-options"),
        Extension.Verdict("HMARK", Hash, "", "--hmark-tuple --hmark-mod --hmark-offset --hmark-src-prefix --hmark-dst-prefix --hmark-sport-mask --hmark-dport-mask --hmark-spi-mask --hmark-sport --hmark-dport --hmark-spi --hmark-proto-mask --hmark-rnd"),
        Continue("IDLETIMER", "--alarm --send_nl_msg", "--timeout --label"),
        Continue("LED", "--led-always-blink", "--led-trigger-id --led-delay"),
        Continue("RATEEST", "", "--rateest-name --rateest-interval --rateest-ewmalog"),
        Continue("TEE", "", "--gateway --oif"),
        Extension.Verdict("SET", Set, "--exist --map-mark --map-prio --map-queue", "--timeout", "--add-set --del-set --map-set"),
    ];

    private static Extension Continue(string name, string flags, string values) =>
        Extension.Verdict(name, g => new ContinueTarget { Name = g.Extension, Options = g.OptionsText }, flags, values);

    // The mark that a hash gives is not followed.
    private static UnknownTarget Hash(OptionGroup group) => new() { Name = group.Extension, Options = group.OptionsText };

    private static RuleTarget Set(OptionGroup group) => group.Has("--map-mark") ? Hash(group) : new ContinueTarget { Name = group.Extension, Options = group.OptionsText };
}
