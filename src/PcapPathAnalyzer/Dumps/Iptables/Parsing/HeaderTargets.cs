namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>TTL, HL, TOS, DSCP, ECN: targets that change a packet's header (xt_HL.c, xt_DSCP.c, ipt_ECN.c).</summary>
internal static class HeaderTargets
{
    public static readonly Extension[] All =
    [
        Extension.Verdict("TTL", Ttl, "", "--ttl-set --ttl-dec --ttl-inc"),
        Extension.Verdict("HL", Ttl, "", "--hl-set --hl-dec --hl-inc"),
        Extension.Verdict("TOS", Tos, "", "--set-tos --and-tos --or-tos --xor-tos"),
        Extension.Verdict("DSCP", Dscp, "", "--set-dscp --set-dscp-class"),
        Extension.Verdict("ECN", Ecn, "--ecn-tcp-remove", "--ecn-tcp-cwr --ecn-tcp-ece --ecn-ip-ect"),
    ];

    private static TtlTarget? Ttl(OptionGroup group) =>
        group.Options is [{ } option] && RuleValues.TryNumber(option.Value, out var value) && value <= 255
            ? new TtlTarget(option.Word[^3..], (int)value) { Name = group.Extension, Options = group.OptionsText }
            : null;

    // libxt_TOS.c, tos_tg_parse: set is value/mask, and, or, xor are forms of it; a name's mask is 0x3F.
    private static TrafficClassTarget? Tos(OptionGroup group)
    {
        if (group.Options is not [{ } option])
            return null;
        if (option.Word == "--set-tos" && HeaderMatches.TosNamed(option.Value) is { } bits)
            return Make(group, 0x3F, bits);
        if (!RuleValues.TryMasked(option.Value, out var value, out var mask) || value > 255)
            return null;
        return option.Word switch
        {
            "--set-tos" => Make(group, (byte)mask, (byte)value),
            "--and-tos" => Make(group, (byte)~value, 0),
            "--or-tos" => Make(group, (byte)value, (byte)value),
            _ => Make(group, 0, (byte)value),
        };
    }

    private static TrafficClassTarget? Dscp(OptionGroup group)
    {
        if (group.Find("--set-dscp-class") is { } name)
            return HeaderMatches.DscpNamed(name.Value) is { } named ? Make(group, 0xFC, (byte)(named << 2)) : null;
        return group.Find("--set-dscp") is { } set && RuleValues.TryNumber(set.Value, out var value) && value <= 0x3F ? Make(group, 0xFC, (byte)(value << 2)) : null;
    }

    private static EcnTarget? Ecn(OptionGroup group)
    {
        var congestion = -1;
        if (group.Find("--ecn-ip-ect") is { } ect)
        {
            if (!RuleValues.TryNumber(ect.Value, out var value) || value > 3)
                return null;
            congestion = (int)value;
        }

        byte clear = group.Has("--ecn-tcp-remove") ? (byte)0xC0 : (byte)0, set = 0;
        foreach (var (word, bit) in new[] { ("--ecn-tcp-ece", (byte)0x40), ("--ecn-tcp-cwr", (byte)0x80) })
        {
            if (group.Find(word) is not { } flag)
                continue;
            if (flag.Value is not ("0" or "1"))
                return null;
            clear |= bit;
            set |= flag.Value == "1" ? bit : (byte)0;
        }

        return new EcnTarget(congestion, clear, set) { Name = group.Extension, Options = group.OptionsText };
    }

    private static TrafficClassTarget Make(OptionGroup group, byte clear, byte xor) => new(clear, xor) { Name = group.Extension, Options = group.OptionsText };
}
