using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>The captured point that a lost packet should have been seen at next, with the proof that the capture would have shown it.</summary>
/// <param name="Confidence"><c>proven</c> where the capture shows the same kind of traffic, <c>likely</c> where it may have been filtered.</param>
internal sealed record NextPoint(CapturePoint Point, string Confidence)
{
    /// <summary>Null where nothing was captured there, or not at that time, or frames were dropped: then absence proves nothing.</summary>
    public static NextPoint? Captured(Evidence evidence, LostPacket lost)
    {
        if (lost.HasArrived || lost.IsDestinationOpen)
            return null;
        foreach (var device in Devices(evidence, lost))
        {
            foreach (var point in evidence.CapturePoints)
            {
                if (point.Device == device && point != lost.Last.Point && evidence.Coverage.WouldShow(point, lost.Packets, Wrapped(lost, device), lost.Flow.Protocol) is { } confidence)
                    return new NextPoint(point, confidence);
            }
        }

        return null;
    }

    /// <summary>Where to capture next, in words: <c>node-b:eth0</c>.</summary>
    public static string Describe(Evidence evidence, LostPacket lost) =>
        Devices(evidence, lost).FirstOrDefault() is { } device ? $"on {device}" : lost.Stage == LossStage.Sent ? $"at {Far(lost)}, or on the way to it" : $"on every interface of {lost.Place.Name} (tcpdump -ni any)";

    /// <summary>In a sentence, with a blank in front: the capture that is there and cuts before the packet inside the tunnel; empty where none does.</summary>
    public static string CutShort(Evidence evidence, LostPacket lost)
    {
        var devices = Devices(evidence, lost).ToList();
        return evidence.CapturePoints.FirstOrDefault(p => p.Device is { } d && devices.Contains(d) && Coverage.CutsTunnels(p)) is { } cut
            ? $" {cut.File} is cut before the packets inside its tunnels (snap length {cut.SnapLength}): capture 166 bytes or more of each packet there."
            : "";
    }

    private static IpAddress Far(LostPacket lost) => lost.Last.IsTunnelled ? lost.Last.Tunnel.OuterDestination : lost.Tuple.Destination;

    // Devices the packet must show up on, the nearest first.
    private static IEnumerable<NetworkInterface> Devices(Evidence evidence, LostPacket lost)
    {
        switch (lost.Stage)
        {
            case LossStage.Sent:
                return NextHost(evidence, lost);
            case LossStage.Decapsulating:
                return lost.Place.Interfaces.Where(i => i.Link.Vxlan is { } v && v.Vni == lost.Last.Tunnel.Vni);
            case LossStage.Encapsulating:
                return Underlay(lost);
            case LossStage.Bridged:
                return lost.Last.Point.Device is { } bridge ? bridge.Ports.Where(p => p.Peer is { } peer && peer.Addresses.Any(a => a.Address.Address == lost.Tuple.Destination)).SelectMany(p => new[] { p, p.Peer! }) : [];
            default:
                return lost.OutDevice is { } name && lost.Place.Interface(name) is { } device ? [device] : [];
        }
    }

    // On the wire: the interface of the next hop's address, by the tunnel's far end, the gateway, or the destination itself.
    private static IEnumerable<NetworkInterface> NextHost(Evidence evidence, LostPacket lost)
    {
        var address = lost.Last.IsTunnelled ? lost.Last.Tunnel.OuterDestination : lost.NextHop;
        return evidence.Network.Owners(address).Where(i => !i.IsLoopback && i.Namespace != lost.Place);
    }

    private static IEnumerable<NetworkInterface> Underlay(LostPacket lost)
    {
        var name = OuterPacket.Device(lost)?.Link.Vxlan?.Device
            ?? (OuterPacket.Of(lost) is { } outer ? lost.DeviceTo(outer.Destination) : null);
        return name is not null && lost.Place.Interface(name) is { } device ? [device] : [];
    }

    private static bool Wrapped(LostPacket lost, NetworkInterface device) =>
        lost.Stage == LossStage.Encapsulating || (lost.Stage == LossStage.Sent && lost.Last.IsTunnelled && !device.IsVxlan);
}
