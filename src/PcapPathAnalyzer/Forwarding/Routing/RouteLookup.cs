using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Routing;

/// <summary>The longest prefix in the main and local tables (net/ipv4/fib_trie.c); policy rules are not asked here.</summary>
public static class RouteLookup
{
    /// <summary>True where the address is one of the namespace's own.</summary>
    public static bool IsLocal(NetworkNamespace ns, IpAddress address)
    {
        foreach (var i in ns.Interfaces)
        {
            foreach (var a in i.Addresses)
            {
                if (a.Address.Address == address)
                    return true;
            }
        }

        return address.IsLoopback;
    }

    /// <summary>The route taken to an address; null where none matches.</summary>
    public static RouteRecord? Find(NetworkNamespace ns, IpAddress destination)
    {
        RouteRecord? best = null;
        foreach (var route in ns.Routes)
        {
            if (route.Table is not ("main" or "default" or "254") || route.Type is "local" or "broadcast" or "multicast" or "anycast" || !route.Destination.Contains(destination))
                continue;
            if (best is null || route.Destination.Length > best.Destination.Length || (route.Destination.Length == best.Destination.Length && route.Metric < best.Metric))
                best = route;
        }

        return best;
    }
}
