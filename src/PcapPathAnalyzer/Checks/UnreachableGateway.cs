using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Checks;

/// <summary>A next hop that is on no subnet of its device, and not onlink: the kernel would not take such a route now (net/ipv4/fib_semantics.c, fib_check_nh).</summary>
internal sealed class UnreachableGateway : IDumpCheck
{
    private static readonly CheckCode Code = new("gateway-unreachable", Severity.Error, "A route's gateway is on no subnet of its device and the route is not onlink.");

    public IReadOnlyList<CheckCode> Codes { get; } = [Code];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps)
    {
        foreach (var ns in dumps.Namespaces.Where(n => n.Interfaces.Any(i => i.Addresses.Count > 0)))
        {
            foreach (var route in ns.Routes)
            {
                foreach (var hop in route.NextHops.Where(h => IsUnreachable(ns, h)))
                    yield return Code.At(ns, route.Location, $"{Words.Route(route)} goes via {hop.Gateway}, which is on no subnet of {hop.Device ?? "any device"}{Elsewhere(ns, hop)}");
            }
        }
    }

    private static bool IsUnreachable(NetworkNamespace ns, NextHop hop)
    {
        // IPv6 gateways are link-local by rule; every device has fe80::/64.
        if (hop.Gateway.IsNone || hop.OnLink || (hop.Gateway.IsIpv6 && hop.Gateway.IsLinkLocal))
            return false;
        if (hop.Device is not null && ns.Interface(hop.Device) is null)
            return false; // the device is the trouble
        return !ns.Interfaces.Any(i => (hop.Device is null || i.Name == hop.Device) && IsOn(i, hop)) && !ns.Routes.Any(r => IsDirect(r, hop));
    }

    private static bool IsOn(NetworkInterface i, NextHop hop) =>
        i.Addresses.Any(a => a.Address.Contains(hop.Gateway) || a.Peer?.Contains(hop.Gateway) == true);

    // `169.254.1.1 dev eth0 scope link`: a route makes it connected.
    private static bool IsDirect(RouteRecord route, NextHop hop) =>
        route.Destination.Contains(hop.Gateway) && route.NextHops.Any(h => h.Gateway.IsNone && (hop.Device is null || h.Device == hop.Device));

    private static string Elsewhere(NetworkNamespace ns, NextHop hop)
    {
        var other = ns.Interfaces.SelectMany(i => i.Addresses).FirstOrDefault(a => !a.Address.IsHost && a.Address.Contains(hop.Gateway));
        return other is null ? "" : $"; {other.Interface} has {other.Address} ({Words.At(other.Location)})";
    }
}
