using System.Globalization;
using PcapPathAnalyzer.Dumps.Iptables.Parsing;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Dumps.Iptables.Writing;

/// <summary>Spells a condition from its values, as iptables-save prints it, without <c>-m</c>.</summary>
internal static class MatchText
{
    private static readonly string[] FlagNames = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"];

    /// <summary>The option's word and its values; the negation is written before it by the caller.</summary>
    public static (string Word, string Value) Of(RuleMatch match) => match switch
    {
        AddressMatch m => (m.IsSource ? "-s" : "-d", m.Mask is { } mask ? $"{m.Prefix.Address}/{mask}" : m.Prefix.Network.ToString()),
        InterfaceMatch m => (m.IsIncoming ? "-i" : "-o", m.Name),
        ProtocolMatch m => ("-p", m.Protocol is { } p ? Protocol(p) : "all"),
        FragmentMatch => ("-f", ""),
        PortMatch m => Ports(m),
        TcpFlagsMatch { Extension: "ecn" } m => (m.Mask == 0x40 ? "--ecn-tcp-ece" : "--ecn-tcp-cwr", ""),
        TcpFlagsMatch m => ("--tcp-flags", $"{Flags(m.Mask)} {Flags(m.Set)}"),
        IcmpTypeMatch m => (m.Extension == "icmp6" ? "--icmpv6-type" : "--icmp-type", Icmp(m)),
        ConntrackStateMatch m => (m.Extension == "state" ? "--state" : "--ctstate", string.Join(',', m.States)),
        ConntrackStatusMatch m => ("--ctstatus", string.Join(',', m.Status)),
        ConntrackAddressMatch m => (Field(m.Field), m.Prefix.IsHost ? m.Prefix.Address.ToString() : m.Prefix.ToString()),
        ConntrackPortMatch m => (Field(m.Field) + "port", Range(m.First, m.Last)),
        ConntrackProtocolMatch m => ("--ctproto", ((int)m.Protocol).ToString()),
        ConntrackDirectionMatch m => ("--ctdir", m.IsReply ? "REPLY" : "ORIGINAL"),
        MarkMatch m => ("--mark", m.Mask == uint.MaxValue ? $"0x{m.Value:x}" : $"0x{m.Value:x}/0x{m.Mask:x}"),
        CommentMatch m => ("--comment", Quote.Word(m.Comment)),
        AddressTypeMatch m => (m.IsSource ? "--src-type" : "--dst-type", string.Join(',', m.Types) + (m.LimitToIncoming ? " --limit-iface-in" : "") + (m.LimitToOutgoing ? " --limit-iface-out" : "")),
        SetMatch m => ("--match-set", string.Join(' ', m.Options.Prepend(string.Join(',', m.Directions)).Prepend(m.Set))),
        StatisticMatch { Probability: { } p } => ($"--mode random {Not(match)}--probability", p.ToString("F11", CultureInfo.InvariantCulture)),
        StatisticMatch m => ($"--mode nth {Not(match)}--every", $"{m.Every} --packet {m.Packet}"),
        MacMatch m => ("--mac-source", m.Source.ToString()),
        AddressRangeMatch m => (m.IsSource ? "--src-range" : "--dst-range", $"{m.First}-{m.Last}"),
        PhysicalDeviceMatch m => Device(m),
        LengthMatch m => ("--length", Range(m.First, m.Last)),
        TtlMatch m => ($"--{(m.Extension == "hl" ? "hl" : "ttl")}-{m.Comparison}", m.Value.ToString()),
        TcpMssMatch m => ("--mss", Range(m.First, m.Last)),
        TrafficClassMatch { Extension: "dscp" } m => ("--dscp", $"0x{m.Value >> 2:x2}"),
        TrafficClassMatch { Extension: "ecn" } m => ("--ecn-ip-ect", m.Value.ToString()),
        TrafficClassMatch m => ("--tos", $"0x{m.Value:x2}/0x{m.Mask:x2}"),
        PacketTypeMatch m => ("--pkt-type", m.Type),
        _ => ("", match.Text),
    };

    /// <summary>True where the negation is part of the values already.</summary>
    public static bool SpellsNegation(RuleMatch match) => match is PhysicalDeviceMatch { In: null, Out: null } or StatisticMatch or UnknowableMatch or ReversePathMatch;

    private static string Not(RuleMatch match) => match.Negated ? "! " : "";

    private static (string, string) Ports(PortMatch m)
    {
        var ranges = string.Join(',', m.Ranges.Select(r => Range(r.First, r.Last)));
        if (m.Extension == "multiport")
            return (m.Side switch { PortSide.Source => "--sports", PortSide.Destination => "--dports", _ => "--ports" }, ranges);
        return (m.Side == PortSide.Source ? "--sport" : "--dport", ranges);
    }

    private static string Range(int first, int last) => first == last ? first.ToString() : $"{first}:{last}";

    public static string Flags(byte bits) =>
        bits == 0 ? "NONE" : string.Join(',', FlagNames.Where((_, bit) => (bits & (1 << bit)) != 0));

    private static string Icmp(IcmpTypeMatch m) =>
        m.Type == 255 && m.FirstCode < 0 ? "any" : m.FirstCode < 0 ? m.Type.ToString() : $"{m.Type}/{Range(m.FirstCode, m.LastCode)}";

    private static string Field(ConntrackField field) => field switch
    {
        ConntrackField.OriginalSource => "--ctorigsrc",
        ConntrackField.OriginalDestination => "--ctorigdst",
        ConntrackField.ReplySource => "--ctreplsrc",
        _ => "--ctrepldst",
    };

    // The names iptables has itself (xshared.c, xtables_chain_protos); others depend on the machine's /etc/protocols.
    private static string Protocol(IpProtocol protocol) =>
        protocol is IpProtocol.Tcp or IpProtocol.Udp or IpProtocol.Icmp or IpProtocol.Icmpv6 or IpProtocol.Sctp or IpProtocol.UdpLite or IpProtocol.Esp or IpProtocol.Ah or IpProtocol.Gre
            ? protocol.Keyword()
            : ((int)protocol).ToString();

    private static (string, string) Device(PhysicalDeviceMatch m)
    {
        if (m.In is not null)
            return ("--physdev-in", m.In);
        if (m.Out is not null)
            return ("--physdev-out", m.Out);
        var (word, yes) = m.IsIn is { } isIn ? ("--physdev-is-in", isIn) : m.IsOut is { } isOut ? ("--physdev-is-out", isOut) : ("--physdev-is-bridged", m.IsBridged ?? true);
        return ((yes ? "" : "! ") + word, "");
    }
}
