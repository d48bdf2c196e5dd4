using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Topology;

/// <summary>Finds the VXLAN devices at the far end of each VXLAN device: same VNI, and its local address is where FDB or remote point.</summary>
internal static class TunnelPairing
{
    public static void Join(IReadOnlyList<NetworkNamespace> namespaces)
    {
        var devices = namespaces.SelectMany(n => n.Interfaces).Where(i => i.IsVxlan).ToList();
        foreach (var device in devices)
        {
            var remotes = Remotes(device);
            device.TunnelPeers = devices.Where(o => o != device && SameVni(device, o) && LocalAddresses(o).Any(remotes.Contains)).ToList();
        }
    }

    private static bool SameVni(NetworkInterface a, NetworkInterface b) =>
        a.Link.Vxlan is null || b.Link.Vxlan is null || a.Link.Vxlan.External || b.Link.Vxlan.External || a.Link.Vxlan.Vni == b.Link.Vxlan.Vni;

    private static HashSet<IpAddress> Remotes(NetworkInterface device)
    {
        var remotes = device.Namespace.Fdb.Where(f => f.Device == device.Name && !f.Destination.IsNone).Select(f => f.Destination).ToHashSet();
        if (device.Link.Vxlan is { Remote.IsNone: false } details)
            remotes.Add(details.Remote);
        return remotes;
    }

    // The device's own `local`, or, where `ip -d link` was not dumped, any address of its namespace.
    private static IEnumerable<IpAddress> LocalAddresses(NetworkInterface device) =>
        device.Link.Vxlan is { Local.IsNone: false } details
            ? [details.Local]
            : device.Namespace.Interfaces.Where(i => i != device && !i.IsLoopback).SelectMany(i => i.Addresses).Select(a => a.Address.Address);
}
