namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>MARK, CONNMARK, CT, NOTRACK, TCPMSS: what later rules and routing see (xt_mark.c, xt_connmark.c, xt_CT.c).</summary>
internal static class MarkTargets
{
    public static readonly Extension[] All =
    [
        Extension.Verdict("MARK", Mark, "", "--set-mark --set-xmark --and-mark --or-mark --xor-mark"),
        Extension.Verdict("CONNMARK", Connmark, "--save-mark --restore-mark", "--set-mark --set-xmark --and-mark --or-mark --xor-mark --nfmask --ctmask --mask --left-shift-mark --right-shift-mark"),
        Extension.Verdict("CT", Ct, "--notrack", "--helper --ctevents --expevents --zone --zone-orig --zone-reply --timeout"),
        Extension.Verdict("NOTRACK", g => new CtTarget(true, null) { Name = g.Extension }),
        Extension.Verdict("TCPMSS", TcpMss, "--clamp-mss-to-pmtu", "--set-mss"),
    ];

    private static MarkTarget? Mark(OptionGroup group) =>
        TryMark(group, out var clear, out var xor) ? new MarkTarget(clear, xor) { Name = group.Extension } : null;

    /// <summary>Every form as clear and xor: new = (old &amp; ~clear) ^ xor (libxt_MARK.c, mark_tg_parse).</summary>
    private static bool TryMark(OptionGroup group, out uint clear, out uint xor)
    {
        clear = xor = 0;
        var option = group.Options.FirstOrDefault(o => o.Word.EndsWith("mark", StringComparison.Ordinal));
        if (option is null || !RuleValues.TryMasked(option.Value, out var value, out var mask))
            return false;
        (clear, xor) = option.Word switch
        {
            "--set-xmark" => (mask, value),
            "--set-mark" => (mask | value, value),
            "--and-mark" => (~value, 0u),
            "--or-mark" => (value, value),
            _ => (0u, value),
        };
        return true;
    }

    private static ConnmarkTarget? Connmark(OptionGroup group)
    {
        // Shifts have no field: what they do to a mark is not followed.
        if (group.Options.Any(o => o.Word.EndsWith("shift-mark", StringComparison.Ordinal)))
            return null;
        var operation = group.Has("--save-mark") ? "save" : group.Has("--restore-mark") ? "restore" : "set";
        if (operation == "set")
            return TryMark(group, out var clear, out var xor) ? new ConnmarkTarget("set", clear, xor, uint.MaxValue, uint.MaxValue) { Name = group.Extension } : null;
        var connection = uint.MaxValue;
        var packet = uint.MaxValue;
        if (group.TryGet("--mask", out var both))
        {
            if (!RuleValues.TryNumber(both.Value, out connection))
                return null;
            packet = connection;
        }

        if (group.TryGet("--ctmask", out var ct) && !RuleValues.TryNumber(ct.Value, out connection))
            return null;
        if (group.TryGet("--nfmask", out var nf) && !RuleValues.TryNumber(nf.Value, out packet))
            return null;
        return new ConnmarkTarget(operation, 0, 0, connection, packet) { Name = group.Extension };
    }

    private static CtTarget Ct(OptionGroup group)
    {
        int? zone = (group.Find("--zone") ?? group.Find("--zone-orig") ?? group.Find("--zone-reply")) is { } option && RuleValues.TryNumber(option.Value, out var number) && number <= 0xFFFF ? (int)number : null;
        return new CtTarget(group.Has("--notrack"), zone) { Name = group.Extension, Options = group.OptionsText, IsZoneOfOriginal = !group.Has("--zone-reply"), IsZoneOfReply = !group.Has("--zone-orig") };
    }

    private static TcpMssTarget? TcpMss(OptionGroup group)
    {
        if (group.Has("--clamp-mss-to-pmtu"))
            return new TcpMssTarget(true, 0) { Name = group.Extension };
        return group.TryGet("--set-mss", out var set) && RuleValues.TryNumber(set.Value, out var mss) && mss <= 0xFFFF ? new TcpMssTarget(false, (int)mss) { Name = group.Extension } : null;
    }
}
