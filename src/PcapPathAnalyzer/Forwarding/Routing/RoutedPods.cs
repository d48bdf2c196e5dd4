using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Routing;

/// <summary>Pods that have a route each on their node, a host route to their veth, as Calico and other CNIs without a bridge do it.</summary>
internal static class RoutedPods
{
    /// <summary>
    /// True where nobody has an address of a range that is a node's, by its own route that refuses the rest of the range or by another
    /// node's that leads there, and the node has routes to single pods of the range and none to this one.
    /// </summary>
    public static bool IsGone(Network network, NetworkNamespace node, IpAddress address) =>
        network.Owners(address).Count == 0 && RangeOf(network, node, address) is { } range && node.Routes.Any(r => IsToPod(r) && range.Contains(r.Destination.Address));

    /// <summary>The range with an address that is a node's, though the node has no route that leads to this one; null where it has one, or the range is not its own.</summary>
    public static IpPrefix? RangeOf(Network network, NetworkNamespace node, IpAddress address)
    {
        if (!node.IsNode)
            return null;
        var route = RouteLookup.Find(node, address);
        if (route is { Type: not "unicast" })
            return route.Destination;
        if (route is { Destination.Length: > 0 })
            return null;
        foreach (var other in network.Namespaces)
        {
            if (other != node && other.IsNode && RouteLookup.Find(other, address) is { Destination.Length: > 0, NextHops: [{ Gateway: var gateway }, ..] } there && network.Owner(gateway) == node)
                return there.Destination;
        }

        return null;
    }

    private static bool IsToPod(RouteRecord route) =>
        route is { Type: "unicast", NextHops: [{ Gateway.IsNone: true, Device: not null }] } && route.Destination.Length == (route.Destination.Address.IsIpv4 ? 32 : 128);
}
