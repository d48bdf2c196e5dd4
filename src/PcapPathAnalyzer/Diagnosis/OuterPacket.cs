using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>The packet that a tunnel wraps around a lost one, as rules and routes of the underlay see it.</summary>
internal static class OuterPacket
{
    /// <summary>IANA's VXLAN port (RFC 7348 section 5).</summary>
    private const ushort VxlanPort = 4789;

    /// <summary>As it would leave, or as it was seen to arrive; null where the packet is in no tunnel, or its far end is not known.</summary>
    public static FiveTuple? Of(LostPacket lost) => lost.Stage switch
    {
        LossStage.Encapsulating => Leaving(lost),
        LossStage.Decapsulating or LossStage.Sent when lost.Last.IsTunnelled => Seen(lost),
        _ => null,
    };

    /// <summary>The tunnel device the packet was given to.</summary>
    public static NetworkInterface? Device(LostPacket lost) => lost.Last.Point.Device is { IsVxlan: true } device ? device : lost.OutDevice is { } name && lost.Place.Interface(name) is { IsVxlan: true } routed ? routed : null;

    /// <summary>The FDB entry that says where the next hop's MAC is.</summary>
    public static FdbRecord? Entry(LostPacket lost) =>
        Device(lost) is { } device && lost.Neighbour is { } next ? lost.Place.Fdb.FirstOrDefault(f => f.Device == device.Name && f.Mac == next.LinkLayerAddress && !f.Destination.IsNone) : null;

    /// <summary>UDP port that the tunnel's sender writes to.</summary>
    public static int Port(NetworkNamespace? sender, long vni) =>
        sender?.Interfaces.FirstOrDefault(i => i.Link.Vxlan is { } v && (v.Vni == vni || v.External))?.Link.Vxlan?.DestinationPort ?? VxlanPort;

    private static FiveTuple? Leaving(LostPacket lost)
    {
        if (Device(lost) is not { Link.Vxlan: { } vxlan })
            return null;
        var remote = Entry(lost)?.Destination ?? vxlan.Remote;
        if (remote.IsNone)
            return null;
        var local = vxlan.Local.IsNone ? RouteLookup.Find(lost.Place, remote)?.Source ?? default : vxlan.Local;
        return new FiveTuple(local, 0, remote, (ushort)vxlan.DestinationPort, IpProtocol.Udp);
    }

    private static FiveTuple Seen(LostPacket lost)
    {
        var tunnel = lost.Last.Tunnel;
        return tunnel.Kind switch
        {
            Encapsulation.IpInIp => new FiveTuple(tunnel.OuterSource, 0, tunnel.OuterDestination, 0, tunnel.OuterSource.IsIpv4 && lost.Last.Tuple.Source.IsIpv4 ? (IpProtocol)4 : (IpProtocol)41),
            Encapsulation.Gre or Encapsulation.Nvgre or Encapsulation.Erspan => new FiveTuple(tunnel.OuterSource, 0, tunnel.OuterDestination, 0, (IpProtocol)47),
            Encapsulation.Geneve => new FiveTuple(tunnel.OuterSource, 0, tunnel.OuterDestination, 6081, IpProtocol.Udp),
            _ => new FiveTuple(tunnel.OuterSource, 0, tunnel.OuterDestination, (ushort)Port(lost.OuterSender, tunnel.Vni), IpProtocol.Udp),
        };
    }
}
