using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>A VXLAN device asks its FDB which VTEP has the frame's MAC address (vxlan_xmit, drivers/net/vxlan/vxlan_core.c; RFC 7348).</summary>
internal static class VxlanEncapsulation
{
    public static IEnumerable<Branch> Run(WalkContext context, Branch b)
    {
        var device = b.Device!;
        if (device.Link.Vxlan is not { } vxlan)
        {
            yield return b.CannotTell($"{device.Name} is a VXLAN device of which neither VNI nor port is known; it would take: ip -d link", device.Link.Location);
            yield break;
        }

        var entries = b.Namespace.Fdb.Where(f => f.Device == device.Name && !f.Destination.IsNone).ToList();
        var exact = entries.Where(f => f.Mac == b.DestinationMac).ToList();
        if (exact.Count > 0)
        {
            yield return Wrap(b, vxlan, exact[0].Destination, exact[0].Port, exact[0].Vni, exact[0], $"{b.DestinationMac} is at VTEP {exact[0].Destination}");
            yield break;
        }

        if (b.LearntVteps.TryGetValue((device, b.DestinationMac), out var learnt))
        {
            yield return Wrap(b, vxlan, learnt, 0, -1, null, $"{b.DestinationMac} is at VTEP {learnt}, as its own frame has taught");
            yield break;
        }

        // The default destination: the remote of the device, and entries for the all-zeros address.
        var defaults = entries.Where(f => f.Mac.IsNone).Select(f => (f.Destination, Entry: (FdbRecord?)f)).ToList();
        if (defaults.Count == 0 && !vxlan.Remote.IsNone && !vxlan.Remote.IsUnspecified)
            defaults.Add((vxlan.Remote, null));
        if (vxlan.External)
            yield return b.CannotTell($"{device.Name} takes its destination from routes or eBPF (external)", device.Link.Location);
        else if (defaults.Count == 0 && b.Namespace.Fdb.Count == 0 && !b.Namespace.DumpedKinds.Contains("bridge-fdb"))
            yield return b.CannotTell($"where {device.Name} sends {b.DestinationMac} is not in the dumps; it would take: bridge fdb", device.Link.Location);
        else if (defaults.Count == 0)
            yield return b.Stop(StepKind.Drop, Verdict.NoFdbEntry, $"the FDB of {device.Name} has no VTEP for {b.DestinationMac}", device.Link.Location);
        else if (b.DestinationMac.IsGroup)
            foreach (var copy in GroupFrames.Copies(b, defaults.ConvertAll(d => ((Func<Branch, Branch>)(x => Wrap(x, vxlan, d.Destination, 0, -1, d.Entry, $"{b.DestinationMac} goes to every default remote, {d.Destination} among them")), $"VTEP {d.Destination}"))))
                yield return copy;
        else if (defaults.Count == 1 && !defaults[0].Destination.IsMulticast)
            yield return Wrap(b, vxlan, defaults[0].Destination, 0, -1, defaults[0].Entry, $"{b.DestinationMac} is in no FDB entry: to the default remote {defaults[0].Destination}");
        else
            yield return Flood(context, b, vxlan, defaults.ConvertAll(d => d.Destination));
    }

    // Sent to every VTEP; the one that leads to the MAC address is followed.
    private static Branch Flood(WalkContext context, Branch b, VxlanDetails vxlan, List<IpAddress> remotes)
    {
        foreach (var peer in b.Device!.TunnelPeers)
        {
            var found = context.WithMac(b.DestinationMac).Any(i => i == peer || (i.Namespace.Node == peer.Namespace.Node && peer.Master is not null));
            var address = remotes.Find(r => context.Network.Owner(r) == peer.Namespace);
            if (found && !address.IsNone)
                return Wrap(b, vxlan, address, 0, -1, null, $"{b.DestinationMac} is in no FDB entry: flooded to {remotes.Count} VTEPs, of which {address} has it");
        }

        return b.CannotTell($"{b.DestinationMac} is in no FDB entry of {b.Device!.Name}: flooded to {string.Join(", ", remotes)}, and nobody in the bundle has it", b.Device.Link.Location);
    }

    private static Branch Wrap(Branch b, VxlanDetails vxlan, IpAddress remote, int port, int vni, FdbRecord? entry, string why)
    {
        var capsule = new Capsule("vxlan", vni >= 0 ? vni : vxlan.Vni, b.Packet, b.SourceMac, b.DestinationMac, b.Inner) { Device = b.Device!.Name };
        var outer = new FiveTuple(vxlan.Local.IsUnspecified ? default : vxlan.Local, 0, remote, (ushort)(port != 0 ? port : vxlan.DestinationPort), IpProtocol.Udp);
        var at = entry?.Location ?? b.Device.Link.Location;
        b = b.Step(StepKind.Bridge, $"FDB of {b.Device!.Name}: {why}", at);
        return Encapsulation.Wrap(b, $"into VXLAN {capsule.Vni} to {remote}", OuterHeader.OfUdp(outer, b.Device!, b.Packet), capsule);
    }
}
