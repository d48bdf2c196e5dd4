using System.Globalization;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Forwarding.Netfilter;

namespace PcapPathAnalyzer.Forwarding.Routing;

/// <summary>Does a policy rule apply to a packet (net/ipv4/fib_rules.c, fib4_rule_match)?</summary>
internal static class PolicyRuleMatcher
{
    public static Answer Ask(PolicyRuleRecord rule, RouteQuery query)
    {
        var answer = Plain(rule, query);
        if (!rule.Not || answer == Answer.Unknown)
            return answer;
        return answer == Answer.Yes ? Answer.No : Answer.Yes;
    }

    private static Answer Plain(PolicyRuleRecord rule, RouteQuery query)
    {
        if (rule.From is { Length: > 0 } from && (query.Source.IsNone || !from.Contains(query.Source)))
            return Answer.No;
        if (rule.To is { } to && !to.Contains(query.Destination))
            return Answer.No;
        // What the namespace sends itself comes in by lo (LOOPBACK_IFINDEX in struct flowi).
        if (rule.IncomingInterface is { } incoming && incoming != (query.In ?? "lo"))
            return Answer.No;
        if (rule.OutgoingInterface is { } outgoing && outgoing != query.Out)
            return Answer.No;
        if ((query.Mark & rule.MarkMask) != (rule.Mark & rule.MarkMask))
            return Answer.No;
        if (rule.Protocol is { } protocol && protocol != query.Protocol)
            return Answer.No;
        var answer = Answer.Yes;
        foreach (var (name, value) in rule.Details)
        {
            var one = Detail(name, value, query);
            if (one == Answer.No)
                return one;
            if (one == Answer.Unknown)
                answer = one;
        }

        return answer;
    }

    private static Answer Detail(string name, string value, RouteQuery query) => name switch
    {
        "sport" => Port(value, query.SourcePorts),
        "dport" => Port(value, query.DestinationPorts),
        "tos" or "dsfield" => Tos(value, query),
        "dscp" => byte.TryParse(value, CultureInfo.InvariantCulture, out var dscp) ? RuleMatcher.Of(dscp == query.TrafficClass >> 2) : Answer.Unknown,
        "goto" or "realms" or "proto" or "protocol" or "suppress_ifgroup" or "unresolved" or "detached" => Answer.Yes,
        _ => Answer.Unknown, // uidrange, l3mdev, tun_id: not to be known from a packet
    };

    private static Answer Port(string value, PortRange ports)
    {
        var ends = value.Split('-');
        if (!ushort.TryParse(ends[0], CultureInfo.InvariantCulture, out var first) || !ushort.TryParse(ends[^1], CultureInfo.InvariantCulture, out var last))
            return Answer.Unknown;
        return ports.Within(first, last);
    }

    // IPv4 compares what is left of TOS (INET_DSCP_LEGACY_TOS_MASK), IPv6 the whole DSCP.
    private static Answer Tos(string value, RouteQuery query) =>
        byte.TryParse(value.StartsWith("0x", StringComparison.Ordinal) ? value.AsSpan(2) : value, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var tos) ? RuleMatcher.Of(((tos ^ query.TrafficClass) & (query.Destination.IsIpv4 ? 0x1C : 0xFC)) == 0) : Answer.Unknown;
}
