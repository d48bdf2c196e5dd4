using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Routing;

/// <summary>Which address the kernel gives a socket that named none (net/ipv4/devinet.c, inet_select_addr).</summary>
public static class SourceAddressChoice
{
    /// <summary>None where the namespace has no address that would do.</summary>
    public static IpAddress Choose(NetworkNamespace ns, RouteDecision decision, IpAddress destination)
    {
        if (decision.Kind == RouteKind.Local)
            return destination;
        if (decision.Route is { Source.IsNone: false } route)
            return route.Source;
        if (destination.IsIpv6)
            return Ip6SourceChoice.Of(ns, decision.Device, destination);
        var toward = decision.NextHop is { Gateway.IsNone: false } hop && hop.Gateway.IsIpv4 == destination.IsIpv4 ? hop.Gateway : destination;
        return Of(ns, decision.Device, toward);
    }

    /// <summary>The address a device would send from towards a next hop.</summary>
    public static IpAddress Of(NetworkNamespace ns, string? device, IpAddress toward)
    {
        if (toward.IsIpv6)
            return Ip6SourceChoice.Of(ns, device, toward);
        IpAddress fallback = default;
        foreach (var i in ns.Interfaces.OrderBy(i => i.Name == device ? 0 : 1))
        {
            foreach (var record in i.Addresses)
            {
                if (!Usable(record))
                    continue;
                if (i.Name == device && record.Address.Contains(toward))
                    return record.Address.Address;
                if (fallback.IsNone)
                    fallback = record.Address.Address;
            }

            // Another device's address is taken only where this one has none at all.
            if (i.Name == device && !fallback.IsNone)
                break;
        }

        return fallback;
    }

    private static bool Usable(AddressRecord record) =>
        record.Address.Address.IsIpv4 && record.Scope is not "host" && !record.Address.Address.IsLoopback
        && !record.Flags.Contains("secondary") && !record.Flags.Contains("deprecated");
}
