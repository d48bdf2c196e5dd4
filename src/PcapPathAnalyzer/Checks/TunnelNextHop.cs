using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Checks;

/// <summary>
/// What a route by a VXLAN device needs before a packet can leave: the next hop's MAC, and the VTEP behind which that MAC is
/// (drivers/net/vxlan/vxlan_core.c, vxlan_xmit: no FDB entry and no default remote drops the packet).
/// </summary>
internal sealed class TunnelNextHop : IDumpCheck
{
    private static readonly CheckCode NoNeighbour = new("missing-vxlan-neighbour", Severity.Error, "A route's next hop on a VXLAN device has no neighbour entry, and the device has nobody to ask.");
    private static readonly CheckCode NoFdb = new("missing-fdb-entry", Severity.Error, "A VXLAN device does not know behind which VTEP a next hop's MAC address is.");
    private static readonly CheckCode WrongMac = new("vxlan-mac-mismatch", Severity.Error, "A next hop's MAC address is not the one that the peer's VXLAN device has; the peer drops what it gets.");

    public IReadOnlyList<CheckCode> Codes { get; } = [NoNeighbour, NoFdb, WrongMac];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps)
    {
        foreach (var device in dumps.Namespaces.SelectMany(n => n.Interfaces).Where(i => i.IsVxlan && i.Link.Vxlan?.External != true))
        {
            var routes = device.Namespace.Routes.SelectMany(r => r.NextHops.Where(h => h.Device == device.Name && !h.Gateway.IsNone).Select(h => (h.Gateway, Route: r)));
            foreach (var (gateway, route) in routes.DistinctBy(r => r.Gateway))
            {
                if (Check(dumps, device, gateway, route) is { } remark)
                    yield return remark;
            }
        }
    }

    private static DumpRemark? Check(DumpNetwork dumps, NetworkInterface device, IpAddress gateway, RouteRecord route)
    {
        var ns = device.Namespace;
        var neighbour = ns.Neighbours.FirstOrDefault(n => n.Address == gateway && n.Interface == device.Name);
        if (neighbour is null)
        {
            // ARP over VXLAN reaches somebody only by a default destination. An empty neighbour dump is none.
            return ns.Neighbours.Count == 0 || ns.Fdb.Count == 0 || HasDefault(device)
                ? null
                : NoNeighbour.At(ns, route.Location, $"{Words.Route(route)} goes via {gateway} on {device.Name}, which has no neighbour entry for it and no default VTEP to ask");
        }

        var mac = neighbour.LinkLayerAddress;
        if (mac.IsNone)
            return null; // a FAILED one is another check's
        var peer = dumps.OnlyOwner(gateway) is { IsVxlan: true } owner && owner != device ? owner : null;
        if (peer is { Mac.IsNone: false } && peer.Mac != mac)
            return WrongMac.At(ns, neighbour.Location, $"{gateway} on {device.Name} has MAC {mac}, but {peer} has {peer.Mac} ({Words.At(peer.Link.Location)})", peer.Link.Location);
        if (ns.Fdb.Count > 0 && !HasDefault(device) && !ns.Fdb.Any(f => f.Device == device.Name && f.Mac == mac && !f.Destination.IsNone))
            return NoFdb.At(ns, neighbour.Location, $"{device.Name} has no FDB entry for {mac}, the MAC of {gateway}{(peer is null ? "" : $" ({peer})")}: {Words.Route(route)} leads nowhere ({Words.At(route.Location)})", route.Location);
        return null;
    }

    private static bool HasDefault(NetworkInterface device) =>
        device.Link.Vxlan is { Remote.IsNone: false } || device.Namespace.Fdb.Any(f => f.Device == device.Name && f.Mac.IsNone && !f.Destination.IsNone);
}
