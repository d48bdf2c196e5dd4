using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>Would the namespace answer by the device that the packet came in by? (net/ipv4/netfilter/ipt_rpfilter.c, net/ipv6/netfilter/ip6t_rpfilter.c)</summary>
internal static class ReversePathMatcher
{
    public static Answer Ask(NetworkNamespace ns, ReversePathMatch match, PacketState packet)
    {
        if (packet.In is not { } device)
            return Answer.Unknown;
        var answer = device == "lo" || packet.Tuple.Source.IsUnspecified ? Answer.Yes : Reverse(ns, match, packet, device);
        return answer == Answer.Unknown ? answer : RuleMatcher.Of(match.IsInverted != (answer == Answer.Yes));
    }

    private static Answer Reverse(NetworkNamespace ns, ReversePathMatch match, PacketState packet, string device)
    {
        var tuple = packet.Tuple;
        // IPv6 asks for the route by that device, IPv4 whether the route that it has is by that device.
        var isBound = tuple.Source.IsIpv6 && (!match.IsLoose || tuple.Source.IsLinkLocal);
        var ways = PolicyRouting.Decide(ns, new RouteQuery { Source = tuple.Destination, Destination = tuple.Source, Mark = match.UsesMark ? packet.Mark : 0, Out = isBound ? device : null, TrafficClass = packet.TrafficClass });
        if (ways.Any(w => w.Kind == RouteKind.Unknown))
            return Answer.Unknown;
        return RuleMatcher.Of(ways.Any(w => w.Kind switch
        {
            RouteKind.Local when tuple.Source.IsIpv6 => match.AcceptsLocal,
            RouteKind.Local => match.AcceptsLocal && (match.IsLoose || w.Device == device),
            RouteKind.Unicast => match.IsLoose || w.Device == device || w.Route?.NextHops.Any(h => h.Device == device) == true,
            _ => false,
        }));
    }
}
