using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Routing;

/// <summary>One table's answer (net/ipv4/fib_trie.c, fib_table_lookup): the longest prefix, then the least metric; the local table comes from the addresses.</summary>
internal static class RouteTables
{
    /// <summary>Empty where the table has no route for the packet, or <c>throw</c> says to go on.</summary>
    public static IReadOnlyList<RouteDecision> Find(NetworkNamespace ns, string table, RouteQuery query, int suppressPrefixLength)
    {
        table = Name(table);
        if (table == "local" && LocalAddresses.Find(ns, query.Destination) is { } local)
            return [local];
        var candidates = new List<RouteRecord>();
        foreach (var route in ns.Routes)
        {
            if (Name(route.Table) == table && Fits(route, query, table))
                candidates.Add(route);
        }

        if (candidates.Count == 0)
            return IsDumped(ns, table) ? [] : [new RouteDecision(RouteKind.Unknown) { Missing = $"routing table {table} of {ns.Name} (ip route show table all)" }];
        var best = candidates.OrderByDescending(r => r.Destination.Length).ThenByDescending(r => r.From?.Length ?? 0).ThenByDescending(r => IsWished(r, query)).ThenBy(r => r.Metric).First();
        if (suppressPrefixLength >= 0 && best.Destination.Length <= suppressPrefixLength)
            return [];
        return Of(ns, best, query);
    }

    private static bool Fits(RouteRecord route, RouteQuery query, string table)
    {
        if (route.Destination.Address.IsIpv4 != query.Destination.IsIpv4 || !route.Destination.Contains(query.Destination))
            return false;
        if (route.From is { Length: > 0 } from && !from.Contains(query.Source))
            return false;
        // `ip route show table all` prints broadcast and local routes; those of another table than local are not asked for packets.
        if (route.Type is "multicast" && table != "local")
            return false;
        return route.NextHops.Count == 0 || route.NextHops.Any(h => MayBe(h, query));
    }

    private static bool MayBe(NextHop hop, RouteQuery query) => !hop.Flags.Contains("dead") && (query.Out is null || query.IsOutPreferred || hop.Device == query.Out);

    private static bool IsWished(RouteRecord route, RouteQuery query) => query.IsOutPreferred && route.NextHops.Any(h => h.Device == query.Out && MayBe(h, query));

    private static IReadOnlyList<RouteDecision> Of(NetworkNamespace ns, RouteRecord route, RouteQuery query)
    {
        switch (route.Type)
        {
            case "throw":
                return [];
            case "blackhole":
                return [new RouteDecision(RouteKind.Blackhole) { Route = route }];
            case "unreachable":
                return [new RouteDecision(RouteKind.Unreachable) { Route = route }];
            case "prohibit":
                return [new RouteDecision(RouteKind.Prohibit) { Route = route }];
            case "local" or "anycast":
                return [new RouteDecision(RouteKind.Local) { Route = route }];
            case "broadcast":
                return [new RouteDecision(RouteKind.Broadcast) { Route = route, NextHop = route.NextHops is [var first, ..] ? first : null }];
            case "multicast":
                return [new RouteDecision(RouteKind.Multicast) { Route = route, NextHop = route.NextHops is [var one, ..] ? one : null }];
        }

        if (route.NextHops.Count == 0)
            return [new RouteDecision(RouteKind.Unknown) { Route = route, Missing = $"next hop {route.NextHopId} of {ns.Name} (ip nexthop)" }];
        var alive = route.NextHops.Where(h => MayBe(h, query)).ToList();
        // Who wishes for a device has the first of several next hops where none is by that device: no hash is asked.
        if (alive.Count == 1 || query.IsOutPreferred)
            return [new RouteDecision(RouteKind.Unicast) { Route = route, NextHop = alive.Find(h => h.Device == query.Out) ?? alive[0] }];
        double total = alive.Sum(h => Math.Max(1, h.Weight));
        return [.. alive.Select(h => new RouteDecision(RouteKind.Unicast)
        {
            Route = route,
            NextHop = h,
            Probability = Math.Max(1, h.Weight) / total,
            Condition = $"{route.Location}: the hash of the flow chooses the next hop {(h.Gateway.IsNone ? h.Device : h.Gateway)}",
        })];
    }

    // `ip route` alone prints the main table. A table other than that was dumped where any route of any other is.
    private static bool IsDumped(NetworkNamespace ns, string table) => table switch
    {
        "local" or "default" => true,
        "main" => ns.Routes.Count > 0 || ns.DumpedKinds.Contains("ip-route"),
        _ => ns.Routes.Any(r => Name(r.Table) != "main"),
    };

    /// <summary>Names of the reserved tables (include/uapi/linux/rtnetlink.h).</summary>
    private static string Name(string table) => table switch { "255" => "local", "254" => "main", "253" => "default", _ => table };
}
