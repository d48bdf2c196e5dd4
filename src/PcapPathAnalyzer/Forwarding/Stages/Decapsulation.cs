using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>The far end of a tunnel: which device takes the packet out of its wrapping.</summary>
internal static class Decapsulation
{
    public static Branch Run(Branch b, Capsule inner)
    {
        var device = inner.Kind == "vxlan" ? Vxlan(b, inner) : Tunnel(b, inner);
        if (device is null)
        {
            var what = inner.Kind == "vxlan" ? $"VXLAN device for VNI {inner.Vni} on port {b.Packet.Tuple.DestinationPort}" : $"{inner.Kind} device for {b.Packet.Tuple.Source}";
            return b.Stop(StepKind.Drop, Verdict.NoListener, $"{b.Namespace.Name} has no {what}");
        }

        if (device.Link.Flags.Count > 0 && !device.Link.IsUp)
            return b.Stop(StepKind.Drop, Verdict.NoListener, $"{device} is down", device.Link.Location);
        // vxlan_rcv, ip_tunnel_rcv: in one namespace the outer packet's mark stays, its connection does not.
        var packet = inner.Packet with { In = device.Name, Out = null, Mark = b.Packet.Mark, IsPastIpvs = b.Packet.IsPastIpvs, Connection = null, ConntrackState = "NEW", IsReply = false, IsDestinationTranslated = false, IsSourceTranslated = false, HasTemplate = false, IsPastTemplates = false, OriginalZone = 0, ReplyZone = 0, SourceMac = inner.SourceMac };
        var text = inner.Kind == "vxlan" ? $"{device.Name} takes VNI {inner.Vni} out of VXLAN from {b.Packet.Tuple.Source}" : $"{device.Name} takes the packet out of {inner.Kind} from {b.Packet.Tuple.Source}";
        return (b with { Device = device, Packet = packet, Inner = inner.Inner, SourceMac = inner.SourceMac, DestinationMac = inner.DestinationMac, Route = null, IsPrerouted = false, BoundTo = null, ProxiedTo = null }).Step(StepKind.Decapsulate, text, device.Link.Location).Then(Ingress.Run);
    }

    private static NetworkInterface? Vxlan(Branch b, Capsule inner) =>
        b.Namespace.Interfaces.FirstOrDefault(i => i.IsVxlan && (i.Link.Vxlan is not { } v || ((v.Vni == inner.Vni || v.External) && v.DestinationPort == b.Packet.Tuple.DestinationPort)));

    // ip_tunnel_lookup (net/ipv4/ip_tunnel.c): both ends, then either, then the device without ends (tunl0).
    private static NetworkInterface? Tunnel(Branch b, Capsule inner) =>
        b.Namespace.Interfaces.Where(i => IpIpEncapsulation.KindOf(i) == inner.Kind).Select(i => (Device: i, Score: Score(i, b))).Where(x => x.Score >= 0).OrderByDescending(x => x.Score).Select(x => x.Device).FirstOrDefault();

    private static int Score(NetworkInterface device, Branch b)
    {
        if (device.Link.Tunnel is not { } t)
            return 0;
        var local = t.Local.IsUnspecified || t.Local.IsNone ? 0 : t.Local == b.Packet.Tuple.Destination ? 1 : -9;
        var remote = t.Remote.IsUnspecified || t.Remote.IsNone ? 0 : t.Remote == b.Packet.Tuple.Source ? 2 : -9;
        return local + remote;
    }
}
