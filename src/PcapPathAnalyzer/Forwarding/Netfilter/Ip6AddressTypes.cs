using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>Types of IPv6 addresses, of which one may have several: unicast and local, say (match_type6, net/netfilter/xt_addrtype.c; nft_fib6_eval_type, net/ipv6/netfilter/nft_fib_ipv6.c).</summary>
internal static class Ip6AddressTypes
{
    /// <summary>As addrtype asks: of multicast, unicast and unspecified all named have to be right, of the rest one.</summary>
    public static bool Matches(NetworkNamespace ns, IpAddress address, string? device, IReadOnlyList<string> types)
    {
        if ((Asks("MULTICAST") && !address.IsMulticast) || (Asks("UNICAST") && (address.IsMulticast || address.IsUnspecified)) || (Asks("UNSPEC") && !address.IsUnspecified))
            return false;
        return !(Asks("LOCAL") || Asks("ANYCAST") || Asks("UNREACHABLE")) || Asks(Routed(ns, new RouteQuery { Destination = address }, device) switch { "BLACKHOLE" or "PROHIBIT" => "UNREACHABLE", var type => type });

        bool Asks(string type) => types.Contains(type, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The one type that a fib expression gives of the destination that it asks routing for.</summary>
    public static string Of(NetworkNamespace ns, RouteQuery query, string? device) =>
        Routed(ns, query, device) is { Length: > 0 } type ? type : query.Destination.IsMulticast ? "MULTICAST" : query.Destination.IsUnspecified ? "UNSPEC" : "UNICAST";

    // LOCAL, ANYCAST, or why there is no route; empty for any other address.
    private static string Routed(NetworkNamespace ns, RouteQuery query, string? device)
    {
        var address = query.Destination;
        if (device is not null && ns.Interface(device)?.Addresses.Any(a => a.Address.Address == address) == true)
            return "LOCAL";
        if (address.IsMulticast)
            return "";
        var route = PolicyRouting.Decide(ns, query)[0];
        return route.Kind switch
        {
            RouteKind.Local when device is null => "LOCAL",
            // A subnet's own address is its routers' (RFC 4291 section 2.6.1; ipv6_anycast_destination).
            RouteKind.Unicast when route.Route is { Destination: { Length: < 127 } prefix } && prefix.Address == address && route.NextHop is not { Gateway.IsNone: false } => "ANYCAST",
            RouteKind.Blackhole => "BLACKHOLE",
            RouteKind.Prohibit => "PROHIBIT",
            RouteKind.Unreachable or RouteKind.None => "UNREACHABLE",
            _ => "",
        };
    }
}
