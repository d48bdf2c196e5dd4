using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Checks;

/// <summary>VXLAN devices against their peers: where the FDB sends to, and with which network identifier and port.</summary>
internal sealed class TunnelPeer : IDumpCheck
{
    private static readonly CheckCode WrongDestination = new("vxlan-dst-mismatch", Severity.Error, "An FDB entry sends a peer's MAC address to an address that is not the peer's (a warning where nobody in the bundle has it).");
    private static readonly CheckCode WrongVni = new("vxlan-vni-mismatch", Severity.Error, "Two VXLAN devices that send to each other have different network identifiers.");
    private static readonly CheckCode WrongPort = new("vxlan-port-mismatch", Severity.Error, "Two VXLAN devices that send to each other use different UDP ports.");

    public IReadOnlyList<CheckCode> Codes { get; } = [WrongDestination, WrongVni, WrongPort];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps)
    {
        var devices = dumps.Namespaces.SelectMany(n => n.Interfaces).Where(i => i.IsVxlan && i.Link.Vxlan?.External != true).ToList();
        var byMac = devices.Where(d => !d.Mac.IsNone).ToLookup(d => d.Mac);
        foreach (var device in devices)
        {
            var told = new HashSet<NetworkInterface>();
            foreach (var entry in device.Namespace.Fdb.Where(f => f.Device == device.Name && !f.Destination.IsNone && !f.Destination.IsMulticast))
            {
                if (PeerOf(dumps, device, entry, byMac) is not { } peer)
                    continue;
                if (Destination(dumps, device, entry, peer) is { } remark)
                    yield return remark;
                else if (Parameters(device, entry, peer) is { } other && told.Add(peer))
                    yield return other;
            }
        }
    }

    // The device with this MAC; for a default entry, the device of the same name where the entry leads to.
    private static NetworkInterface? PeerOf(DumpNetwork dumps, NetworkInterface device, FdbRecord entry, ILookup<Primitives.MacAddress, NetworkInterface> byMac)
    {
        if (!entry.Mac.IsNone)
            return byMac[entry.Mac].Where(p => p != device).ToList() is [var one] ? one : null;
        var far = dumps.OnlyOwner(entry.Destination)?.Namespace;
        return far == device.Namespace ? null : far?.Interface(device.Name) is { IsVxlan: true } same ? same : null;
    }

    private static DumpRemark? Destination(DumpNetwork dumps, NetworkInterface device, FdbRecord entry, NetworkInterface peer)
    {
        if (peer.Link.Vxlan is { Local: { IsNone: false } local })
        {
            if (local == entry.Destination)
                return null;
        }
        else if (peer.Namespace.Interfaces.Count <= 1 || peer.Namespace.Interfaces.Any(i => i.Addresses.Any(a => a.Address.Address == entry.Destination)))
        {
            return null;
        }

        // An address that nobody has may be a public one, translated on its way.
        var owner = dumps.OnlyOwner(entry.Destination);
        var whose = owner is null ? "an address nobody in the bundle has" : $"the address of {owner}";
        var should = peer.Link.Vxlan is { Local.IsNone: false } details ? $", whose local address is {details.Local}" : "";
        return WrongDestination.At(device.Namespace, entry.Location, owner is null ? Severity.Warning : Severity.Error,
            $"{device.Name} sends {entry.Mac} to {entry.Destination}, {whose}; the MAC is that of {peer}{should} ({Words.At(peer.Link.Location)})", peer.Link.Location);
    }

    private static DumpRemark? Parameters(NetworkInterface device, FdbRecord entry, NetworkInterface peer)
    {
        if (device.Link.Vxlan is not { } mine || peer.Link.Vxlan is not { External: false } theirs)
            return null;
        var vni = entry.Vni >= 0 ? entry.Vni : mine.Vni;
        if (vni != theirs.Vni)
            return WrongVni.At(device.Namespace, device.Link.Location, $"{device.Name} sends VNI {vni} to {peer}, which has VNI {theirs.Vni} ({Words.At(peer.Link.Location)})", peer.Link.Location);
        var port = entry.Port > 0 ? entry.Port : mine.DestinationPort;
        return port == theirs.DestinationPort
            ? null
            : WrongPort.At(device.Namespace, device.Link.Location, $"{device.Name} sends to UDP port {port} of {peer}, which listens on {theirs.DestinationPort} ({Words.At(peer.Link.Location)})", peer.Link.Location);
    }
}
