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
            var one = Ask(ns, match, packet);
            if (match.Negated && one != Answer.Unknown)
                one = one == Answer.Yes ? Answer.No : Answer.Yes;
            if (one == Answer.No)
                return Answer.No;
            if (one == Answer.Unknown)
                answer = Answer.Unknown;
        }

        return answer;
    }

    private static Answer Ask(NetworkNamespace ns, RuleMatch match, PacketState packet) => match switch
    {
        CommentMatch => Answer.Yes,
        AddressMatch m => Of(Address(m, m.IsSource ? packet.Tuple.Source : packet.Tuple.Destination)),
        InterfaceMatch m => Interface(m.Name, m.IsIncoming ? packet.In : packet.Out),
        ProtocolMatch m => Of(m.Protocol is null || m.Protocol == packet.Tuple.Protocol),
        PortMatch m => Of(Port(m, packet.Tuple)),
        ConntrackStateMatch m => Of(m.States.Any(s => s == packet.ConntrackState || (s == "DNAT" && packet.IsDestinationTranslated) || (s == "SNAT" && packet.IsSourceTranslated))),
        MarkMatch { IsConnection: false } m => Of((packet.Mark & m.Mask) == m.Value),
        AddressTypeMatch m => Of(m.Types.Any(t => t == AddressType(ns, m.IsSource ? packet.Tuple.Source : packet.Tuple.Destination))),
        AddressRangeMatch m => Of((m.IsSource ? packet.Tuple.Source : packet.Tuple.Destination) is var a && a.CompareTo(m.First) >= 0 && a.CompareTo(m.Last) <= 0),
        TcpFlagsMatch m => packet.Tuple.Protocol != IpProtocol.Tcp ? Answer.No : packet.TcpFlags < 0 ? Answer.Unknown : Of((packet.TcpFlags & m.Mask) == m.Set),
        IcmpTypeMatch m => packet.IcmpType < 0 ? Answer.Unknown : Of(m.Type == 255 || (m.Type == packet.IcmpType && (m.FirstCode < 0 || (packet.IcmpCode >= m.FirstCode && packet.IcmpCode <= m.LastCode)))),
        _ => Answer.Unknown,
    };

    private static Answer Of(bool value) => value ? Answer.Yes : Answer.No;

    private static bool Address(AddressMatch m, IpAddress address) => m.Mask is null && m.Prefix.Contains(address);

    private static Answer Interface(string pattern, string? name)
    {
        if (name is null)
            return pattern == "+" ? Answer.Yes : Answer.No;
        return Of(pattern.EndsWith('+') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : name == pattern);
    }

    private static bool Port(PortMatch m, FiveTuple tuple)
    {
        foreach (var (first, last) in m.Ranges)
        {
            if ((m.Side != PortSide.Destination && tuple.SourcePort >= first && tuple.SourcePort <= last) || (m.Side != PortSide.Source && tuple.DestinationPort >= first && tuple.DestinationPort <= last))
                return true;
        }

        return false;
    }

    private static string AddressType(NetworkNamespace ns, IpAddress address)
    {
        if (address.IsMulticast)
            return "MULTICAST";
        foreach (var record in ns.Interfaces.SelectMany(i => i.Addresses))
        {
            if (record.Address.Address == address)
                return "LOCAL";
            if (record.Broadcast == address && !address.IsNone)
                return "BROADCAST";
        }

        return address.IsLoopback ? "LOCAL" : address.IsLimitedBroadcast ? "BROADCAST" : "UNICAST";
    }
}
