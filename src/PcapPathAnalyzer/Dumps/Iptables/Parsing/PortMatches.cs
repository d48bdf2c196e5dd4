namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>tcp, udp, udplite, sctp, dccp, multiport: ports and TCP flags (libxt_tcp.c, libxt_multiport.c).</summary>
internal static class PortMatches
{
    public static readonly Extension[] All =
    [
        Extension.Each(
            "tcp",
            ("--sport", 1, Port), ("--source-port", 1, Port), ("--dport", 1, Port), ("--destination-port", 1, Port),
            ("--tcp-flags", 2, Flags), ("--syn", 0, Syn), ("--tcp-option", 1, UnknowableMatches.Understood)),
        Ports("udp"),
        Ports("udplite"),
        Extension.Each(
            "sctp",
            ("--sport", 1, Port), ("--source-port", 1, Port), ("--dport", 1, Port), ("--destination-port", 1, Port), ("--chunk-types", 2, UnknowableMatches.Understood)),
        Extension.Each(
            "dccp",
            ("--sport", 1, Port), ("--source-port", 1, Port), ("--dport", 1, Port), ("--destination-port", 1, Port),
            ("--dccp-types", 1, UnknowableMatches.Understood), ("--dccp-option", 1, UnknowableMatches.Understood)),
        Extension.Each(
            "multiport",
            ("--sports", 1, Many), ("--source-ports", 1, Many), ("--dports", 1, Many), ("--destination-ports", 1, Many), ("--ports", 1, Many)),
    ];

    private static readonly string[] FlagNames = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"];

    /// <summary><c>SYN,ACK</c>, <c>ALL</c>, <c>NONE</c>, or a number.</summary>
    public static bool TryFlags(string text, out byte flags)
    {
        flags = 0;
        if (text.Length == 0)
            return false;
        if (RuleValues.TryNumber(text, out var number) && number <= 0x3F)
        {
            flags = (byte)number;
            return true;
        }

        foreach (var name in text.Split(','))
        {
            var bit = Array.FindIndex(FlagNames, n => n.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (bit >= 0)
                flags |= (byte)(1 << bit);
            else if (name.Equals("ALL", StringComparison.OrdinalIgnoreCase))
                flags |= 0x3F;
            else if (!name.Equals("NONE", StringComparison.OrdinalIgnoreCase))
                return false;
        }

        return true;
    }

    private static Extension Ports(string name) =>
        Extension.Each(name, ("--sport", 1, Port), ("--source-port", 1, Port), ("--dport", 1, Port), ("--destination-port", 1, Port));

    private static PortMatch? Port(RuleOption o) =>
        RuleValues.TryPorts(o.Value, ':', out var first, out var last)
            ? new PortMatch(o.Word.StartsWith("--s", StringComparison.Ordinal) ? PortSide.Source : PortSide.Destination, [(first, last)]) { Negated = o.Negated, Text = o.Text }
            : null;

    private static PortMatch? Many(RuleOption o)
    {
        var ranges = new List<(ushort, ushort)>();
        foreach (var part in o.Value.Split(','))
        {
            if (!RuleValues.TryPorts(part, ':', out var first, out var last))
                return null;
            ranges.Add((first, last));
        }

        var side = o.Word switch { "--ports" => PortSide.Either, "--sports" or "--source-ports" => PortSide.Source, _ => PortSide.Destination };
        return new PortMatch(side, ranges) { Negated = o.Negated, Text = o.Text };
    }

    private static TcpFlagsMatch? Flags(RuleOption o) =>
        TryFlags(o.Value, out var mask) && TryFlags(o.Second, out var set) ? new TcpFlagsMatch(mask, set) { Negated = o.Negated, Text = o.Text } : null;

    // FIN,SYN,RST,ACK of which SYN.
    private static TcpFlagsMatch Syn(RuleOption o) => new(0x17, 0x02) { Negated = o.Negated, Text = o.Text };
}
