using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Checks;

/// <summary>Routes out of devices that are not there, are down, or have no carrier.</summary>
internal sealed class UnusableDevice : IDumpCheck
{
    private static readonly CheckCode Absent = new("route-device-absent", Severity.Error, "A route leaves by a device that the namespace does not have.");
    private static readonly CheckCode Down = new("route-device-down", Severity.Error, "A route leaves by a device that is down or has no carrier.");

    public IReadOnlyList<CheckCode> Codes { get; } = [Absent, Down];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps)
    {
        // `ip -o addr` names only the devices that have addresses: a list without flags is not the list of all devices.
        foreach (var ns in dumps.Namespaces.Where(n => n.Interfaces.Any(i => i.Link.Flags.Count > 0)))
        {
            foreach (var route in ns.Routes)
            {
                foreach (var hop in route.NextHops.Where(h => h.Device is not null))
                {
                    if (ns.Interface(hop.Device!) is not { } device)
                        yield return Absent.At(ns, route.Location, $"{Words.Route(route)} leaves by {hop.Device}, which {ns.Name} does not have");
                    else if (IsDown(device))
                        yield return Down.At(ns, route.Location, $"{Words.Route(route)} leaves by {hop.Device}, which is down ({Words.At(device.Link.Location)})", device.Link.Location);
                    else if (hop.Flags.Contains("dead") || (!hop.Gateway.IsNone && (hop.Flags.Contains("linkdown") || device.Link.Flags.Contains("NO-CARRIER"))))
                        yield return Down.At(ns, route.Location, $"{Words.Route(route)} goes via {Words.Hop(hop)}, which has no carrier ({Words.At(device.Link.Location)})", device.Link.Location);
                }
            }
        }
    }

    private static bool IsDown(NetworkInterface device) => device.Link.Flags.Count > 0 && !device.Link.IsUp;
}
