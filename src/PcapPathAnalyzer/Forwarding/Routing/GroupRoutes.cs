using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Routing;

/// <summary>
/// Which device a packet for a group, or for everyone on the link, leaves by (ip_route_output_key_hash_rcu, net/ipv4/route.c): that of the address it is
/// sent from, or that of the route; a gateway does not count.
/// </summary>
internal static class GroupRoutes
{
    /// <summary>True for addresses that are groups in every network; of a subnet's broadcast address only routing knows.</summary>
    public static bool IsGroup(IpAddress address) => address.IsMulticast || address.IsLimitedBroadcast;

    public static IReadOnlyList<RouteDecision> Decide(NetworkNamespace ns, RouteQuery query)
    {
        var kind = query.Destination.IsMulticast ? RouteKind.Multicast : RouteKind.Broadcast;
        if (query.Out is { } device)
            return [Of(kind, device)];
        if (query.Source.IsIpv4 && ns.Interfaces.SelectMany(i => i.Addresses).FirstOrDefault(a => a.Address.Address == query.Source) is { Interface: { } owner } own)
            return [Of(kind, owner) with { Local = own }];
        var decisions = PolicyRouting.Decide(ns, query);
        // The routes of ff00::/8 stand in IPv6's local table, which is seldom dumped: with one device there is no choice.
        if (query.Destination.IsIpv6 && decisions.All(d => d.Kind is RouteKind.None or RouteKind.Unknown) && ns.Interfaces.Where(i => !i.IsLoopback).ToList() is [var only])
            return [Of(kind, only.Name)];
        return [.. decisions.Select(d => d.Kind is RouteKind.Unicast or RouteKind.Broadcast or RouteKind.Multicast && d.Device is not null ? d with { Kind = kind, NextHop = new NextHop { Device = d.Device } } : d)];
    }

    private static RouteDecision Of(RouteKind kind, string device) => new(kind) { NextHop = new NextHop { Device = device } };
}
