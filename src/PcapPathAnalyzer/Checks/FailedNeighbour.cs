using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;
using PcapPathAnalyzer.Topology.Services;

namespace PcapPathAnalyzer.Checks;

/// <summary>Neighbours that do not answer and that a route or a service needs. Others are what every node collects, and are no trouble.</summary>
internal sealed class FailedNeighbour : IDumpCheck
{
    private static readonly CheckCode Gateway = new("neighbor-failed", Severity.Error, "A next hop that a route needs does not answer ARP or neighbour discovery (FAILED; INCOMPLETE is a warning).");
    private static readonly CheckCode Stale = new("stale-endpoint", Severity.Error, "A service still sends to an address that does not answer ARP or neighbour discovery (FAILED; INCOMPLETE is a warning).");

    public IReadOnlyList<CheckCode> Codes { get; } = [Gateway, Stale];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps)
    {
        foreach (var ns in dumps.Namespaces)
        {
            var services = dumps.Services.Where(s => s.Namespace == ns).ToList();
            foreach (var neighbour in ns.Neighbours.Where(n => n.State is "FAILED" or "INCOMPLETE"))
            {
                // INCOMPLETE is a question still open when the dump was taken.
                var severity = neighbour.State == "FAILED" ? Severity.Error : Severity.Warning;
                if (RouteBy(ns, neighbour) is { } route)
                    yield return Gateway.At(ns, neighbour.Location, severity, $"{neighbour.Address} on {neighbour.Interface} is {neighbour.State}, and {Words.Route(route)} needs it ({Words.At(route.Location)})", route.Location);
                else if (EndpointAt(services, neighbour.Address) is var (service, endpoint) && LeavesBy(ns, neighbour))
                    yield return Stale.At(ns, neighbour.Location, severity, $"{neighbour.Address} on {neighbour.Interface} is {neighbour.State}, and {Words.Service(service)} is translated to {Words.Endpoint(endpoint)} ({Words.At(endpoint.Location)})", endpoint.Location);
            }
        }
    }

    // As a gateway, or as the one destination of a host route (Calico and its kind).
    private static RouteRecord? RouteBy(NetworkNamespace ns, NeighbourRecord neighbour) =>
        ns.Routes.FirstOrDefault(r => r.Type == "unicast" && r.NextHops.Any(h => (h.Device is null || h.Device == neighbour.Interface)
            && (h.Gateway == neighbour.Address || (h.Gateway.IsNone && r.Destination.IsHost && r.Destination.Address == neighbour.Address))));

    private static (ServiceEntry Service, ServiceEndpoint Endpoint)? EndpointAt(List<ServiceEntry> services, IpAddress address)
    {
        foreach (var service in services)
        {
            foreach (var endpoint in service.Endpoints)
            {
                if (endpoint.Address == address)
                    return (service, endpoint);
            }
        }

        return null;
    }

    private static bool LeavesBy(NetworkNamespace ns, NeighbourRecord neighbour) =>
        RouteLookup.Find(ns, neighbour.Address) is not { } route || route.NextHops.Any(h => h.Device == neighbour.Interface);
}
