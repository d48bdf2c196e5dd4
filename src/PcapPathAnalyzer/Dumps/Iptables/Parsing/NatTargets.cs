using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>DNAT, SNAT, MASQUERADE, REDIRECT, NETMAP, TPROXY: where packets are sent instead.</summary>
internal static class NatTargets
{
    // Hand-written rules shorten options, which getopt_long(3) takes: --to, --to-port.
    public static readonly Extension[] All =
    [
        Extension.Verdict("DNAT", g => Addresses(g, NatKind.Dnat, "--to-destination"), "--random --random-fully --persistent", "--to-destination --to"),
        Extension.Verdict("SNAT", g => Addresses(g, NatKind.Snat, "--to-source"), "--random --random-fully --persistent", "--to-source --to"),
        Extension.Verdict("MASQUERADE", g => Ports(g, NatKind.Masquerade), "--random --random-fully", "--to-ports --to-port"),
        Extension.Verdict("REDIRECT", g => Ports(g, NatKind.Redirect), "--random --random-fully", "--to-ports --to-port"),
        Extension.Verdict("NETMAP", Netmap, "", "--to"),
        Extension.Verdict("TPROXY", Tproxy, "", "--on-port --on-ip --tproxy-mark"),
    ];

    /// <summary><c>[ADDRESS[-ADDRESS]][:PORT[-PORT[/BASE]]]</c>; IPv6 addresses with a port stand in brackets (libxt_NAT.c).</summary>
    public static bool TryRange(ReadOnlySpan<char> text, NatTarget target, out NatTarget result)
    {
        result = target;
        ReadOnlySpan<char> addresses, ports;
        if (text.StartsWith("["))
        {
            var end = text.IndexOf(']');
            if (end < 0)
                return false;
            // Some versions print [first]-[last]:port, others [first-last]:port.
            if (text[(end + 1)..] is ['-', '[', ..] && text[(end + 1)..].IndexOf(']') is var second and > 0)
            {
                addresses = $"{text[1..end]}-{text.Slice(end + 3, second - 2)}";
                end += second + 1;
            }
            else
            {
                addresses = text[1..end];
            }

            ports = text[(end + 1)..];
            if (!ports.IsEmpty && ports[0] != ':')
                return false;
            ports = ports.IsEmpty ? ports : ports[1..];
        }
        else
        {
            var colon = text.IndexOf(':');
            var isAddressOnly = colon >= 0 && text[(colon + 1)..].Contains(':');
            addresses = colon < 0 || isAddressOnly ? text : text[..colon];
            ports = colon < 0 || isAddressOnly ? default : text[(colon + 1)..];
        }

        if (!addresses.IsEmpty)
        {
            if (!RuleValues.TryAddresses(addresses, out var first, out var last))
                return false;
            result = result with { FirstAddress = first, LastAddress = last };
        }

        return ports.IsEmpty ? !addresses.IsEmpty : TryPorts(ports, result, out result);
    }

    private static bool TryPorts(ReadOnlySpan<char> text, NatTarget target, out NatTarget result)
    {
        result = target;
        var slash = text.IndexOf('/');
        ushort baseport = 0;
        if (slash >= 0 && !RuleValues.TryPort(text[(slash + 1)..], out baseport))
            return false;
        if (!RuleValues.TryPorts(slash < 0 ? text : text[..slash], '-', out var first, out var last))
            return false;
        result = target with { FirstPort = first, LastPort = last, BasePort = baseport };
        return true;
    }

    private static NatTarget? Addresses(OptionGroup group, NatKind kind, string word) =>
        (group.Find(word) ?? group.Find("--to")) is { } to && TryRange(to.Value, Flags(group, kind), out var target) ? target : null;

    private static NatTarget? Ports(OptionGroup group, NatKind kind)
    {
        var target = Flags(group, kind);
        return (group.Find("--to-ports") ?? group.Find("--to-port")) is not { } to ? target : TryPorts(to.Value, target, out target) ? target : null;
    }

    private static NatTarget Flags(OptionGroup group, NatKind kind) => new(kind)
    {
        Name = group.Extension,
        Random = group.Has("--random"),
        RandomFully = group.Has("--random-fully"),
        Persistent = group.Has("--persistent"),
    };

    private static NetmapTarget? Netmap(OptionGroup group) =>
        group.TryGet("--to", out var to) && IpPrefix.TryParse(to.Value, out var prefix) ? new NetmapTarget(prefix) { Name = group.Extension } : null;

    private static TproxyTarget? Tproxy(OptionGroup group)
    {
        ushort port = 0;
        IpAddress address = default;
        uint mark = 0;
        uint mask = 0;
        if (group.TryGet("--on-port", out var onPort) && !RuleValues.TryPort(onPort.Value, out port))
            return null;
        if (group.TryGet("--on-ip", out var onIp) && !IpAddress.TryParse(onIp.Value, out address))
            return null;
        if (group.TryGet("--tproxy-mark", out var tproxyMark) && !RuleValues.TryMasked(tproxyMark.Value, out mark, out mask))
            return null;
        return new TproxyTarget(address, port, mark, mask) { Name = group.Extension };
    }
}
