using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>addrtype, iprange, set, mac, physdev, rpfilter: who sends and who receives.</summary>
internal static class AddressMatches
{
    public static readonly Extension[] All =
    [
        Extension.Whole("addrtype", AddressType, "--limit-iface-in --limit-iface-out", "--src-type --dst-type"),
        Extension.Each("iprange", ("--src-range", 1, Range), ("--dst-range", 1, Range)),
        Extension.Whole(
            "set",
            Set,
            "--return-nomatch --update-counters --update-subcounters",
            "--packets-eq --packets-lt --packets-gt --bytes-eq --bytes-lt --bytes-gt",
            "--match-set --set"),
        Extension.Whole("rpfilter", ReversePath, "--loose --validmark --accept-local --invert"),
        Extension.Each("mac", ("--mac-source", 1, Mac)),
        Extension.Each(
            "physdev",
            ("--physdev-in", 1, o => new PhysicalDeviceMatch(o.Value, null, null, null, null) { Negated = o.Negated, Text = o.Text }),
            ("--physdev-out", 1, o => new PhysicalDeviceMatch(null, o.Value, null, null, null) { Negated = o.Negated, Text = o.Text }),
            ("--physdev-is-in", 0, o => new PhysicalDeviceMatch(null, null, !o.Negated, null, null) { Text = o.Text }),
            ("--physdev-is-out", 0, o => new PhysicalDeviceMatch(null, null, null, !o.Negated, null) { Text = o.Text }),
            ("--physdev-is-bridged", 0, o => new PhysicalDeviceMatch(null, null, null, null, !o.Negated) { Text = o.Text })),
    ];

    private static readonly string[] Types =
        ["UNSPEC", "UNICAST", "LOCAL", "BROADCAST", "ANYCAST", "MULTICAST", "BLACKHOLE", "UNREACHABLE", "PROHIBIT", "THROW", "NAT", "XRESOLVE"];

    private static RuleMatch? AddressType(OptionGroup group)
    {
        var matches = new List<RuleMatch>();
        foreach (var option in group.Options)
        {
            if (option.Word is not ("--src-type" or "--dst-type"))
                continue;
            var types = option.Value.ToUpperInvariant().Split(',');
            if (types.Any(t => !Types.Contains(t)))
                return null;
            matches.Add(new AddressTypeMatch(option.Word == "--src-type", types, group.Has("--limit-iface-in"), group.Has("--limit-iface-out")) { Negated = option.Negated, Text = group.Text });
        }

        return matches.Count switch { 0 => null, 1 => matches[0], _ => new AllOfMatch(matches) { Text = group.Text } };
    }

    private static ReversePathMatch ReversePath(OptionGroup group) =>
        new(group.Has("--loose"), group.Has("--validmark"), group.Has("--accept-local"), group.Has("--invert")) { Text = group.Text };

    private static AddressRangeMatch? Range(RuleOption o) =>
        RuleValues.TryAddresses(o.Value, out var first, out var last) ? new AddressRangeMatch(o.Word == "--src-range", first, last) { Negated = o.Negated, Text = o.Text } : null;

    private static SetMatch? Set(OptionGroup group)
    {
        var set = group.Find("--match-set") ?? group.Find("--set");
        if (set is null || set.Second.Length == 0)
            return null;
        var options = group.Options.Where(o => o != set).Select(o => o.Text).ToArray();
        return new SetMatch(set.Value, set.Second.Split(','), options) { Negated = set.Negated, Text = group.Text };
    }

    private static MacMatch? Mac(RuleOption o) => MacAddress.TryParse(o.Value, out var mac) ? new MacMatch(mac) { Negated = o.Negated, Text = o.Text } : null;
}

/// <summary>Several conditions of one extension; taken apart before a rule is made.</summary>
internal sealed record AllOfMatch(IReadOnlyList<RuleMatch> Matches) : RuleMatch;
