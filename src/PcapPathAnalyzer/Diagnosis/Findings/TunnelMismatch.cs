using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary>
/// <c>tunnel-mismatch</c>: the outer packet arrives and the far end cannot use it: no device with that VNI or UDP port (drivers/net/vxlan,
/// vxlan_rcv drops; a closed port answers with ICMP), or the inner frame is addressed to a MAC that the device does not have.
/// </summary>
internal sealed class TunnelMismatch : IFindingRule
{
    private static readonly FindingCode Kind = new("tunnel-mismatch", "The two ends of a tunnel do not agree", "VNI, UDP port or inner MAC address differ between the ends: what one sends the other does not take.")
    {
        Severity = Severity.Error,
        Explanation = "The outer packet arrives and the receiver has no tunnel device for its UDP port or VNI, or the inner frame is addressed to a MAC address that the device does not have. It is dropped and counted at best in the device's statistics.",
        CheckNext = "ip -d link show type vxlan, bridge fdb and ip neigh of both nodes.",
        Reference = new Uri("https://www.rfc-editor.org/rfc/rfc7348#section-4"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var wrong = evidence.Lost.Select(l => (Lost: l, What: Look(evidence, l))).Where(x => x.What is not null);
        foreach (var group in wrong.GroupBy(x => (x.What!.Namespace, x.What.Message)))
        {
            var items = group.Select(x => x.Lost).ToList();
            var what = group.First().What!;
            yield return new Finding
            {
                Code = Kind.Code,
                Severity = Severity.Error,
                Namespace = what.Namespace,
                Location = what.Location,
                Message = $"{what.Message}; last seen at {items[0].Last.Point} ({FlowEvidence.Count(items.ConvertAll(i => i.Flow))})",
                Advice = what.Advice,
                Flows = items.ConvertAll(i => i.Flow),
                Evidence = evidence.LastFrames(items),
            };
        }
    }

    private static Mismatch? Look(Evidence evidence, LostPacket lost) => lost.Stage switch
    {
        LossStage.Decapsulating => Identity(evidence, lost),
        LossStage.Received when lost.Last.Point.Device is { IsVxlan: true, Mac.IsNone: false } device && !lost.Macs.Destination.IsNone
            && !lost.Macs.Destination.IsGroup && lost.Macs.Destination != device.Mac => WrongMac(evidence, lost, device),
        _ => null,
    };

    private static Mismatch? Identity(Evidence evidence, LostPacket lost)
    {
        var devices = lost.Place.Interfaces.Where(i => i.Link.Vxlan is not null).ToList();
        if (devices.Count == 0 || devices.Exists(d => d.Link.Vxlan!.External) || lost.Last.Tunnel.Kind != Decode.Encapsulation.Vxlan)
            return null;
        var (vni, port) = (lost.Last.Tunnel.Vni, OuterPacket.Of(lost)!.Value.DestinationPort);
        var same = devices.Find(d => d.Link.Vxlan!.Vni == vni);
        // What port the sender writes to is known from its dump only.
        if (same is not null && (same.Link.Vxlan!.DestinationPort == port || lost.OuterSender?.Interfaces.Any(i => i.Link.Vxlan is not null) != true))
            return null;
        var device = same ?? devices[0];
        var details = device.Link.Vxlan!;
        var (what, here, there) = same is null ? ("VNI", details.Vni, (int)vni) : ("UDP port", details.DestinationPort, port);
        var sender = evidence.Network.Owner(lost.Last.Tunnel.OuterSource);
        // Where more nodes agree with the sender than with the receiver, or as many, the receiver is the odd one.
        var odd = sender is not null && Others(evidence, what, here, device) > Others(evidence, what, there, device) ? Vxlan(sender, (int)vni) ?? device : device;
        return new Mismatch(odd.Namespace.Name, odd.Link.Location,
            $"{sender?.Name ?? lost.Last.Tunnel.OuterSource.ToString()} sends VXLAN with {what} {there} and {device} has {what} {here} ({device.Link.Location}): {lost.Place.Name} drops it",
            $"Give the tunnel devices of all nodes one VNI and one port (ip -d link show type vxlan); with flannel both are in its net-conf.json, with Calico in the FelixConfiguration.");
    }

    private static int Others(Evidence evidence, string what, int value, NetworkInterface but) =>
        evidence.Network.Namespaces.SelectMany(n => n.Interfaces).Count(i => i != but && i.Link.Vxlan is { } v && (what == "VNI" ? v.Vni : v.DestinationPort) == value);

    private static NetworkInterface? Vxlan(NetworkNamespace ns, int vni) => ns.Interfaces.FirstOrDefault(i => i.Link.Vxlan is { } v && v.Vni == vni);

    private static Mismatch WrongMac(Evidence evidence, LostPacket lost, NetworkInterface device)
    {
        var mac = lost.Macs.Destination;
        var sender = lost.Direction.Hops.LastOrDefault(h => h.Number < lost.Last.Number && h.Point.Home is { IsNode: true } n && n != lost.Place)?.Point.Home
            ?? evidence.Network.Namespaces.FirstOrDefault(n => n != lost.Place && n.Fdb.Any(f => f.Mac == mac && evidence.Network.Owner(f.Destination) == lost.Place));
        var entry = sender?.Neighbours.FirstOrDefault(n => n.LinkLayerAddress == mac);
        var route = sender?.Fdb.FirstOrDefault(f => f.Mac == mac && !f.Destination.IsNone);
        var owner = evidence.Network.Namespaces.SelectMany(n => n.Interfaces).FirstOrDefault(i => i.Mac == mac && i.IsVxlan);
        DumpRecord? cause = owner is not null ? (DumpRecord?)route ?? entry : (DumpRecord?)entry ?? route;
        return new Mismatch(sender?.Name ?? lost.Place.Name, cause?.Location,
            $"{sender?.Name ?? "the sender"} addresses the inner frames to {mac}{(cause is null ? "" : $" ({cause.Location})")}{(owner is null ? ", which no tunnel device has" : $", which is {owner}")}: {device} is {device.Mac} and drops what is not for it",
            owner is null
                ? "The neighbour entry of the VTEP is out of date (a node that was re-created has a new MAC): ip neigh replace, then see why the CNI's agent did not."
                : "The FDB entry leads to another node than the MAC's: bridge fdb replace, then see why the CNI's agent did not.");
    }

    private sealed record Mismatch(string Namespace, SourceLocation? Location, string Message, string Advice);
}
