using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>The far end of a tunnel: which device takes the packet out of its wrapping.</summary>
internal static class Decapsulation
{
    public static Branch Run(Branch b, Capsule inner)
    {
        var device = inner.Kind switch { "vxlan" => Vxlan(b, inner), "geneve" => Geneve(b, inner), _ => Tunnel(b, inner) };
        if (device is null)
        {
            var port = b.Packet.Tuple.DestinationPort;
            var what = inner.Kind switch { "vxlan" => $"VXLAN device for VNI {inner.Vni} on port {port}", "geneve" => $"Geneve device for VNI {inner.Vni} of {b.Packet.Tuple.Source} on port {port}", _ => $"{inner.Kind} device for {b.Packet.Tuple.Source}" };
            // A device on that port takes the packet and drops it; without one the port is closed.
            var isClosed = b.Packet.Tuple.Protocol == IpProtocol.Udp && !b.Namespace.Interfaces.Any(i => PortOf(i) == port);
            return b.Stop(StepKind.Drop, Verdict.NoListener, $"{b.Namespace.Name} has no {what}") with { Answer = isClosed ? new IcmpAnswer("icmp-port-unreachable") : null };
        }

        if (device.Link.Flags.Count > 0 && !device.Link.IsUp)
            return b.Stop(StepKind.Drop, Verdict.NoListener, $"{device} is down", device.Link.Location);
        // vxlan_snoop
        if (device.Link.Vxlan is { Learning: true } && !inner.SourceMac.IsNone)
            b = b with { LearntVteps = b.LearntVteps.SetItem((device, inner.SourceMac), b.Packet.Tuple.Source) };
        // vxlan_rcv, ip_tunnel_rcv: in one namespace the outer packet's mark stays, its connection does not.
        var packet = inner.Packet.WithoutConnection() with { In = device.Name, Out = null, Mark = b.Packet.Mark, IsPastIpvs = b.Packet.IsPastIpvs, SourceMac = inner.SourceMac, DestinationMac = inner.DestinationMac };
        var text = inner.Kind is "vxlan" or "geneve" ? $"{device.Name} takes VNI {inner.Vni} out of {(inner.Kind == "vxlan" ? "VXLAN" : "Geneve")} from {b.Packet.Tuple.Source}" : $"{device.Name} takes the packet out of {inner.Kind} from {b.Packet.Tuple.Source}";
        return (b with { Device = device, Packet = packet, Inner = inner.Inner, SourceMac = inner.SourceMac, DestinationMac = inner.DestinationMac, Route = null, IsPrerouted = false, BoundTo = null, ProxiedTo = null }).Step(StepKind.Decapsulate, text, device.Link.Location).Then(Ingress.Run);
    }

    private static NetworkInterface? Vxlan(Branch b, Capsule inner) =>
        b.Namespace.Interfaces.FirstOrDefault(i => i.IsVxlan && (i.Link.Vxlan is not { } v || ((v.Vni == inner.Vni || v.External) && v.DestinationPort == b.Packet.Tuple.DestinationPort)));

    // By identifier and remote, or whoever takes everything (geneve_lookup).
    private static NetworkInterface? Geneve(Branch b, Capsule inner) =>
        b.Namespace.Interfaces.Where(i => i.Link.LinkKind == "geneve" && PortOf(i) == b.Packet.Tuple.DestinationPort)
            .FirstOrDefault(i => i.Link.Tunnel is not { } t || t.External || (t.Id == inner.Vni && t.Remote == b.Packet.Tuple.Source));

    // 0 for a device that listens on no port.
    private static int PortOf(NetworkInterface device) =>
        device.Link.Flags.Count > 0 && !device.Link.IsUp ? 0
        : device.Link.Vxlan?.DestinationPort ?? (device.Link.LinkKind == "geneve" ? device.Link.Tunnel is { DestinationPort: > 0 } t ? t.DestinationPort : GeneveEncapsulation.Port : 0);

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
