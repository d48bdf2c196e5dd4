using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>Answers one rule's conditions for one packet, three-valued.</summary>
internal static class RuleMatcher
{
    public static Answer Matches(NetworkNamespace ns, IptablesRule rule, PacketState packet)
    {
        var answer = Answer.Yes;
        foreach (var match in rule.Matches)
        {
            var one = Of(ns, rule, match, packet);
            if (one == Answer.No)
                return Answer.No;
            if (one == Answer.Unknown)
                answer = Answer.Unknown;
        }

        return answer;
    }

    /// <summary>The conditions that dumps cannot answer.</summary>
    public static List<RuleMatch> Open(NetworkNamespace ns, IptablesRule rule, PacketState packet) =>
        [.. rule.Matches.Where(m => Of(ns, rule, m, packet) == Answer.Unknown)];

    /// <summary>How likely all conditions hold; null unless chance alone (statistic) leaves them open.</summary>
    public static double? Probability(IEnumerable<RuleMatch> open)
    {
        var p = 1.0;
        foreach (var match in open)
        {
            if (match is not StatisticMatch s || Chance(s) is not { } one)
                return null;
            p *= match.Negated ? 1 - one : one;
        }

        return p;
    }

    private static Answer Of(NetworkNamespace ns, IptablesRule rule, RuleMatch match, PacketState packet)
    {
        // What has no Ethernet address answers no, whether negated or not (mac_mt, net/netfilter/xt_mac.c).
        var answer = match is MacMatch && packet.HasNoFrame ? Answer.No : ConnectionMatcher.WithoutConnection(match, rule, packet) ?? Negate(match, Ask(ns, match, packet));
        return answer == Answer.Unknown && !packet.Given.IsEmpty ? Granted(ns, match, packet) : answer;
    }

    private static Answer Granted(NetworkNamespace ns, RuleMatch match, PacketState packet) => packet.Granted(OpenQuestion.Of(ns, match, packet)) switch
    {
        Answer.Unknown => Answer.Unknown,
        var answer => Of(answer == Answer.Yes != OpenQuestion.IsNegated(match)),
    };

    private static Answer Negate(RuleMatch match, Answer answer) =>
        !match.Negated || answer == Answer.Unknown ? answer : answer == Answer.Yes ? Answer.No : Answer.Yes;

    private static double? Chance(StatisticMatch m) => m.Probability is { } p ? Math.Clamp(p, 0, 1) : m.Every > 0 ? 1.0 / m.Every : null;

    private static Answer Ask(NetworkNamespace ns, RuleMatch match, PacketState packet) => match switch
    {
        CommentMatch => Answer.Yes,
        AddressMatch m => Of(Address(m, m.IsSource ? packet.Tuple.Source : packet.Tuple.Destination)),
        InterfaceMatch m => Interface(m.Name, m.IsIncoming ? packet.In : packet.Out),
        ProtocolMatch m => Of(m.Protocol is null || m.Protocol == packet.Tuple.Protocol),
        PortMatch m => Port(m, packet),
        FragmentMatch => Answer.No, // whole packets are walked; conntrack defragments before any table
        ExtensionHeaderMatch => Answer.No, // nor with extension headers
        Ip6HeadersMatch m => Of(UpperAlone(m)),
        ConntrackStateMatch m => Of(m.States.Any(s => s == packet.ConntrackState || (s == "DNAT" && packet.IsDestinationTranslated) || (s == "SNAT" && packet.IsSourceTranslated))),
        MarkMatch { IsConnection: false } m => Of((packet.Mark & m.Mask) == m.Value),
        AddressTypeMatch m => AddressTypes.Ask(ns, m, packet),
        AddressRangeMatch m => Of((m.IsSource ? packet.Tuple.Source : packet.Tuple.Destination) is var a && a.CompareTo(m.First) >= 0 && a.CompareTo(m.Last) <= 0),
        TcpFlagsMatch m => packet.Tuple.Protocol != IpProtocol.Tcp ? Answer.No : packet.TcpFlags < 0 ? Answer.Unknown : Of((packet.TcpFlags & m.Mask) == m.Set),
        IcmpTypeMatch m => packet.IcmpType < 0 ? Answer.Unknown : Of(m.Type == 255 || (m.Type == packet.IcmpType && (m.FirstCode < 0 || (packet.IcmpCode >= m.FirstCode && packet.IcmpCode <= m.LastCode)))),
        LengthMatch m => packet.Length == 0 ? Answer.Unknown : Of(packet.Length >= m.First && packet.Length <= m.Last),
        TtlMatch m => packet.Ttl < 0 ? Answer.Unknown : Of(m.Comparison switch { "eq" => packet.Ttl == m.Value, "lt" => packet.Ttl < m.Value, "gt" => packet.Ttl > m.Value, _ => false }),
        TrafficClassMatch m => Of((packet.TrafficClass & m.Mask) == m.Value),
        MacMatch m => packet.SourceMac.IsNone ? Answer.Unknown : Of(packet.SourceMac == m.Source),
        PhysicalDeviceMatch m => Of(Physical(m, packet)),
        PacketTypeMatch m => Of(string.Equals(m.Type, packet.PacketType, StringComparison.OrdinalIgnoreCase)),
        ReversePathMatch m => ReversePathMatcher.Ask(ns, m, packet),
        SetMatch m => IpSets.Ask(ns, m, packet),
        _ => ConnectionMatcher.Ask(match, packet),
    };

    internal static Answer Of(bool value) => value ? Answer.Yes : Answer.No;

    // What a packet without extension headers answers: it has an upper layer's header and no other (ipv6header_mt6, net/ipv6/netfilter/ip6t_ipv6header.c).
    private static bool UpperAlone(Ip6HeadersMatch m) => (m.IsSoft, m.IsInverted) switch
    {
        (true, false) => !m.AsksOthers,
        (true, true) => !m.AsksUpper,
        (false, _) => m.IsInverted != (m.AsksUpper && !m.AsksOthers),
    };

    private static bool Address(AddressMatch m, IpAddress address)
    {
        if (m.Mask is not { } mask)
            return m.Prefix.Contains(address);
        return address.IsIpv4 == mask.IsIpv4 && ((address.Low ^ m.Prefix.Address.Low) & mask.Low) == 0 && (address.IsIpv4 || ((address.High ^ m.Prefix.Address.High) & mask.High) == 0);
    }

    private static Answer Interface(string pattern, string? name)
    {
        if (name is null)
            return pattern == "+" ? Answer.Yes : Answer.No;
        return Of(pattern.EndsWith('+') ? name.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1)) : name == pattern);
    }

    private static Answer Port(PortMatch m, PacketState packet)
    {
        var answer = Answer.No;
        foreach (var (first, last) in m.Ranges)
        {
            if (m.Side != PortSide.Destination)
                answer = Either(answer, Within(packet.Tuple.SourcePort, packet.SourcePorts, first, last));
            if (m.Side != PortSide.Source)
                answer = Either(answer, Within(packet.Tuple.DestinationPort, packet.DestinationPorts, first, last));
            if (answer == Answer.Yes)
                break;
        }

        return answer;
    }

    private static Answer Within(ushort port, PortRange? range, ushort first, ushort last) =>
        range is { } r ? r.Within(first, last) : Of(port >= first && port <= last);

    private static Answer Either(Answer a, Answer b) => a == Answer.Yes || b == Answer.Yes ? Answer.Yes : a == Answer.Unknown || b == Answer.Unknown ? Answer.Unknown : Answer.No;

    // net/netfilter/xt_physdev.c: a packet that no bridge switched has neither port.
    private static bool Physical(PhysicalDeviceMatch m, PacketState packet) =>
        (m.In is null || (packet.PhysicalIn is not null && Interface(m.In, packet.PhysicalIn) == Answer.Yes))
        && (m.Out is null || (packet.PhysicalOut is not null && Interface(m.Out, packet.PhysicalOut) == Answer.Yes))
        && (m.IsIn is null || m.IsIn == (packet.PhysicalIn is not null))
        && (m.IsOut is null || m.IsOut == (packet.PhysicalOut is not null))
        && (m.IsBridged is null || m.IsBridged == (packet.PhysicalIn is not null && packet.PhysicalOut is not null));
}
