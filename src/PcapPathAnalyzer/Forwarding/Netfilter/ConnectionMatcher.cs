using PcapPathAnalyzer.Dumps.Iptables;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>Conditions on the packet's connection (net/netfilter/xt_conntrack.c, xt_connmark.c); without a connection they do not match.</summary>
internal static class ConnectionMatcher
{
    public static Answer Ask(RuleMatch match, PacketState packet)
    {
        if (packet.Connection is not { } connection)
            return match is UnknowableMatch or StatisticMatch or TcpMssMatch || packet.ConntrackState != "UNTRACKED" ? Answer.Unknown : Answer.No;
        return match switch
        {
            MarkMatch { IsConnection: true } m => RuleMatcher.Of((connection.Mark & m.Mask) == m.Value),
            ConntrackDirectionMatch m => RuleMatcher.Of(m.IsReply == packet.IsReply),
            ConntrackProtocolMatch m => RuleMatcher.Of(connection.Original.Protocol == m.Protocol),
            ConntrackAddressMatch m => RuleMatcher.Of(m.Prefix.Contains(m.Field switch
            {
                ConntrackField.OriginalSource => connection.Original.Source,
                ConntrackField.OriginalDestination => connection.Original.Destination,
                ConntrackField.ReplySource => connection.Reply.Source,
                _ => connection.Reply.Destination,
            })),
            ConntrackPortMatch m => Port(m, connection),
            ConntrackStatusMatch m => RuleMatcher.Of(m.Status.Any(s => Status(s, packet, connection))),
            _ => Answer.Unknown,
        };
    }

    private static Answer Port(ConntrackPortMatch m, Connection c)
    {
        var (port, range) = m.Field switch
        {
            ConntrackField.OriginalSource => (c.Original.SourcePort, c.OriginalSourcePorts),
            ConntrackField.OriginalDestination => (c.Original.DestinationPort, null),
            ConntrackField.ReplySource => (c.Reply.SourcePort, c.ReplySourcePorts),
            _ => (c.Reply.DestinationPort, c.ReplyDestinationPorts),
        };
        return range is { } r ? r.Within(m.First, m.Last) : RuleMatcher.Of(port >= m.First && port <= m.Last);
    }

    // IPS_CONFIRMED is set when the first packet leaves the namespace; ASSURED takes more packets than one each way.
    private static bool Status(string status, PacketState packet, Connection connection) => status switch
    {
        "SEEN_REPLY" => connection.IsReplySeen || packet.IsReply,
        "CONFIRMED" => packet.ConntrackState != "NEW",
        "NONE" => packet.ConntrackState == "NEW" && !connection.IsDestinationTranslated && !connection.IsSourceTranslated,
        _ => false,
    };
}
