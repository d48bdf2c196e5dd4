namespace PcapPathAnalyzer.Dumps.Iptables.Writing;

/// <summary>Spells a target from its values, as iptables-save prints it.</summary>
internal static class TargetText
{
    public static string Of(RuleTarget target)
    {
        var options = Options(target);
        return $"{(target is JumpTarget { IsGoto: true } ? "-g" : "-j")} {target.Name}{(options.Length == 0 ? "" : " ")}{options}";
    }

    private static string Options(RuleTarget target) => target switch
    {
        RejectTarget t => $"--reject-with {t.With}",
        MarkTarget t => $"--set-xmark 0x{t.Xor:x}/0x{t.Clear:x}",
        ConnmarkTarget { Operation: "set" } t => $"--set-xmark 0x{t.Xor:x}/0x{t.Clear:x}",
        ConnmarkTarget t => $"--{t.Operation}-mark --nfmask 0x{t.PacketMask:x} --ctmask 0x{t.ConnectionMask:x}",
        NatTarget t => Nat(t),
        NetmapTarget t => $"--to {t.Prefix.Network}",
        TproxyTarget t => $"--on-port {t.Port} --on-ip {(t.Address.IsNone ? "0.0.0.0" : t.Address.ToString())} --tproxy-mark 0x{t.Mark:x}/0x{t.MarkMask:x}",
        TcpMssTarget t => t.ClampToPmtu ? "--clamp-mss-to-pmtu" : $"--set-mss {t.Mss}",
        _ => target.Options,
    };

    private static string Nat(NatTarget t)
    {
        var words = new List<string>();
        var ports = t.FirstPort == 0 && t.LastPort == 0 ? "" : t.FirstPort == t.LastPort ? $"{t.FirstPort}" : $"{t.FirstPort}-{t.LastPort}";
        if (t.BasePort != 0)
            ports += $"/{t.BasePort}";
        if (t.Translation is NatKind.Dnat or NatKind.Snat)
        {
            var addresses = t.FirstAddress.IsNone ? "" : t.FirstAddress == t.LastAddress ? t.FirstAddress.ToString() : $"{t.FirstAddress}-{t.LastAddress}";
            if (ports.Length > 0)
                addresses = t.FirstAddress is { IsNone: false, IsIpv6: true } ? $"[{addresses}]:{ports}" : $"{addresses}:{ports}";
            words.Add($"{(t.Translation == NatKind.Dnat ? "--to-destination" : "--to-source")} {addresses}");
        }
        else if (ports.Length > 0)
        {
            words.Add($"--to-ports {ports}");
        }

        if (t.Random)
            words.Add("--random");
        if (t.RandomFully)
            words.Add("--random-fully");
        if (t.Persistent)
            words.Add("--persistent");
        return string.Join(' ', words);
    }
}
