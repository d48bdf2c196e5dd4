namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>TTL, HL, TOS, DSCP: targets that change a packet's header (xt_HL.c, xt_DSCP.c).</summary>
internal static class HeaderTargets
{
    public static readonly Extension[] All =
    [
        Extension.Verdict("TTL", Ttl, "", "--ttl-set --ttl-dec --ttl-inc"),
        Extension.Verdict("HL", Ttl, "", "--hl-set --hl-dec --hl-inc"),
        Extension.Verdict("TOS", Tos, "", "--set-tos --and-tos --or-tos --xor-tos"),
        Extension.Verdict("DSCP", Dscp, "", "--set-dscp --set-dscp-class"),
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

    private static TrafficClassTarget Make(OptionGroup group, byte clear, byte xor) => new(clear, xor) { Name = group.Extension, Options = group.OptionsText };
}
