using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>Would the namespace answer by the device that the packet came in by? (net/ipv4/netfilter/ipt_rpfilter.c, net/ipv6/netfilter/ip6t_rpfilter.c)</summary>
internal static class ReversePathMatcher
{
    public static Answer Ask(NetworkNamespace ns, ReversePathMatch match, PacketState packet)
    {
        if (packet.In is not { } device)
            return Answer.Unknown;
        var answer = packet.LoopsBack || packet.Tuple.Source.IsUnspecified ? Answer.Yes : Reverse(ns, match, packet, device);
        return answer == Answer.Unknown ? answer : RuleMatcher.Of(match.IsInverted != (answer == Answer.Yes));
    }

    private static Answer Reverse(NetworkNamespace ns, ReversePathMatch match, PacketState packet, string device)
    {
        var tuple = packet.Tuple;
        var (isIpv6, isLinkLocal) = (tuple.Source.IsIpv6, tuple.Source.IsLinkLocal);
        var query = new RouteQuery
        {
            Source = GroupRoutes.IsGroup(tuple.Destination) ? default : tuple.Destination,
            Destination = tuple.Source,
            Mark = match.UsesMark ? packet.Mark : 0,
            // IPv4 asks for a route, and then whether it is by that device. IPv6 wishes for one by that device, and takes no other to a link-local address.
            Out = isIpv6 && (isLinkLocal || !match.IsLoose) ? device : null,
            IsOutPreferred = !isLinkLocal,
            Protocol = isIpv6 ? tuple.Protocol : default,
            TrafficClass = packet.TrafficClass,
        };
        var answers = PolicyRouting.Decide(ns, query).Select(w => w.Kind switch
        {
            RouteKind.Unknown => Answer.Unknown,
            RouteKind.Local when isIpv6 => RuleMatcher.Of(match.AcceptsLocal),
            RouteKind.Local => RuleMatcher.Of(match.AcceptsLocal && (match.IsLoose || w.Uses(device))),
            RouteKind.Unicast => RuleMatcher.Of(match.IsLoose || (isIpv6 ? w.Device == device : w.Uses(device))),
            _ => Answer.No,
        }).Distinct().ToList();
        return answers is [var one] ? one : Answer.Unknown;
    }
}
