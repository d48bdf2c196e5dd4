using PcapPathAnalyzer.Dumps.Iptables;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>Conditions on the packet's connection (net/netfilter/xt_conntrack.c, xt_connmark.c).</summary>
internal static class ConnectionMatcher
{
    public static Answer Ask(RuleMatch match, PacketState packet)
    {
        if (packet.Connection is not { } connection)
            return Answer.Unknown;
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
            ConntrackStatusMatch m => RuleMatcher.Of(m.Status.Any(s => Status(s, connection))),
            _ => Answer.Unknown,
        };
    }

    /// <summary>
    /// What a condition answers of a packet that has no connection: no, whether negated or not, but for one of a conntrack match that asks for a state too,
    /// which the state alone then decides (conntrack_mt). Null where the condition is of another kind, or where there may be a connection.
    /// </summary>
    public static Answer? WithoutConnection(RuleMatch match, IptablesRule rule, PacketState packet)
    {
        if (packet.Connection is not null || packet.ConntrackState is not ("UNTRACKED" or "INVALID") || match is ConntrackStateMatch || match.Extension is not ("conntrack" or "connmark") || match is UnknowableMatch)
            return null;
        return RuleMatcher.Of(match.Extension == "conntrack" && rule.Matches.Any(m => m is ConntrackStateMatch && AreTogether(rule.Text, m.Text, match.Text)));
    }

    // Of one -m; a condition that stands twice has to be of it both times.
    private static bool AreTogether(string rule, string one, string other) =>
        AreTogether(rule, rule.IndexOf(one, StringComparison.Ordinal), rule.IndexOf(other, StringComparison.Ordinal))
        && AreTogether(rule, rule.IndexOf(one, StringComparison.Ordinal), rule.LastIndexOf(other, StringComparison.Ordinal));

    private static bool AreTogether(string rule, int a, int b) =>
        a < 0 || b < 0 || !rule.AsSpan(Math.Min(a, b), Math.Abs(a - b)).Contains(" -m ", StringComparison.Ordinal);

    private static Answer Port(ConntrackPortMatch m, Connection c)
    {
        var (port, range) = m.Field switch
        {
            ConntrackField.OriginalSource => (c.Original.SourcePort, c.OriginalSourcePorts),
            ConntrackField.OriginalDestination => (c.Original.DestinationPort, c.OriginalDestinationPorts),
            ConntrackField.ReplySource => (c.Reply.SourcePort, c.ReplySourcePorts),
            _ => (c.Reply.DestinationPort, c.ReplyDestinationPorts),
        };
        return range is { } r ? r.Within(m.First, m.Last) : RuleMatcher.Of(port >= m.First && port <= m.Last);
    }

    // ASSURED takes more packets than one each way. NONE is no bit, which none has.
    private static bool Status(string status, Connection connection) => status switch
    {
        "SEEN_REPLY" => connection.IsReplySeen,
        "CONFIRMED" => connection.IsConfirmed,
        _ => false,
    };
}
