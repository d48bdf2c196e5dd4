namespace PcapPathAnalyzer.Dumps.Iptables.Parsing;

/// <summary>length, ttl, hl, tcpmss, dscp, tos, ecn, pkttype: fields of headers.</summary>
internal static class HeaderMatches
{
    public static readonly Extension[] All =
    [
        Extension.Each("length", ("--length", 1, Length)),
        Extension.Each("tcpmss", ("--mss", 1, Mss)),
        Extension.Each("ttl", ("--ttl-eq", 1, Ttl), ("--ttl", 1, Ttl), ("--ttl-lt", 1, Ttl), ("--ttl-gt", 1, Ttl)),
        Extension.Each("hl", ("--hl-eq", 1, Ttl), ("--hl", 1, Ttl), ("--hl-lt", 1, Ttl), ("--hl-gt", 1, Ttl)),
        Extension.Each("dscp", ("--dscp", 1, Dscp), ("--dscp-class", 1, DscpClass)),
        Extension.Each("tos", ("--tos", 1, Tos)),
        Extension.Each("ecn", ("--ecn-ip-ect", 1, Congestion), ("--ecn-tcp-ece", 0, o => TcpCongestion(o, 0x40)), ("--ecn-tcp-cwr", 0, o => TcpCongestion(o, 0x80))),
        Extension.Each("pkttype", ("--pkt-type", 1, PacketType)),
    ];

    private static readonly (string Name, byte Value)[] TosNames = [("Minimize-Delay", 16), ("Maximize-Throughput", 8), ("Maximize-Reliability", 4), ("Minimize-Cost", 2), ("Normal-Service", 0)];

    /// <summary>A name stands for the four TOS bits of RFC 1349 (xtables_parse_tos: mask 0x3F); null for what is no name.</summary>
    public static byte? TosNamed(string text)
    {
        foreach (var (name, bits) in TosNames)
        {
            if (name.Equals(text, StringComparison.OrdinalIgnoreCase))
                return bits;
        }

        return null;
    }

    /// <summary>RFC 2474 and 2597: CSn is n &lt;&lt; 3, AFxy is x &lt;&lt; 3 | y &lt;&lt; 1; RFC 3246: EF is 46. Null for what is no name.</summary>
    public static int? DscpNamed(string text) => text.ToUpperInvariant() switch
    {
        "EF" => 46,
        "BE" => 0,
        ['C', 'S', >= '0' and <= '7' and var n] => (n - '0') << 3,
        ['A', 'F', >= '1' and <= '4' and var x, >= '1' and <= '3' and var y] => ((x - '0') << 3) | ((y - '0') << 1),
        _ => null,
    };

    private static LengthMatch? Length(RuleOption o) =>
        RuleValues.TryRange(o.Value, 0xFFFF, out var first, out var last) ? new LengthMatch(first, last) { Negated = o.Negated, Text = o.Text } : null;

    private static TcpMssMatch? Mss(RuleOption o) =>
        RuleValues.TryRange(o.Value, 0xFFFF, out var first, out var last) ? new TcpMssMatch(first, last) { Negated = o.Negated, Text = o.Text } : null;

    private static TtlMatch? Ttl(RuleOption o)
    {
        var comparison = o.Word.Split('-')[^1] is "lt" or "gt" ? o.Word[^2..] : "eq";
        return RuleValues.TryNumber(o.Value, out var value) && value <= 255 ? new TtlMatch(comparison, (int)value) { Negated = o.Negated, Text = o.Text } : null;
    }

    private static TrafficClassMatch? Dscp(RuleOption o) =>
        RuleValues.TryNumber(o.Value, out var value) && value <= 0x3F ? new TrafficClassMatch((byte)(value << 2), 0xFC) { Negated = o.Negated, Text = o.Text } : null;

    private static TrafficClassMatch? DscpClass(RuleOption o) =>
        DscpNamed(o.Value) is { } v ? new TrafficClassMatch((byte)(v << 2), 0xFC) { Negated = o.Negated, Text = o.Text } : null;

    private static TrafficClassMatch? Tos(RuleOption o)
    {
        if (TosNamed(o.Value) is { } bits)
            return new TrafficClassMatch(bits, 0x3F) { Negated = o.Negated, Text = o.Text };
        if (!RuleValues.TryMasked(o.Value, out var value, out var mask) || value > 255)
            return null;
        return new TrafficClassMatch((byte)value, (byte)mask) { Negated = o.Negated, Text = o.Text };
    }

    private static TrafficClassMatch? Congestion(RuleOption o) =>
        RuleValues.TryNumber(o.Value, out var value) && value <= 3 ? new TrafficClassMatch((byte)value, 3) { Negated = o.Negated, Text = o.Text } : null;

    private static TcpFlagsMatch TcpCongestion(RuleOption o, byte flag) => new(flag, flag) { Negated = o.Negated, Text = o.Text };

    private static PacketTypeMatch? PacketType(RuleOption o) => o.Value switch
    {
        "unicast" or "broadcast" or "multicast" => new PacketTypeMatch(o.Value) { Negated = o.Negated, Text = o.Text },
        "bcast" => new PacketTypeMatch("broadcast") { Negated = o.Negated, Text = o.Text },
        "mcast" => new PacketTypeMatch("multicast") { Negated = o.Negated, Text = o.Text },
        "host" => new PacketTypeMatch("unicast") { Negated = o.Negated, Text = o.Text },
        _ => null,
    };
}
