using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>A flow's first packet as the dumps see it: where its walk begins, and which walks agree with what was captured.</summary>
internal static class FlowWalk
{
    /// <summary>From the client where its namespace was dumped, else from where the first capture shows the packet come in; null where neither is known.</summary>
    public static WalkRequest? Request(Network network, Flow flow)
    {
        if (flow.Requested.Destination.IsMulticast)
            return null;
        if (flow.ClientNamespace is { } name && network.Find(name) is { } client && client.Interfaces.Any(i => i.Addresses.Any(a => a.Address.Address == flow.Requested.Source)) && client.Routes.Count > 0)
            return new WalkRequest { Namespace = client, Packet = Packet(flow.Requested) };
        return flow.Forward.Hops is [{ IsTunnelled: false, Point: { Home: { } home, Device: { } device } } first, ..] && first.Tuple.Source == flow.Requested.Source
            ? new WalkRequest { Namespace = home, Device = device, Packet = Packet(first.Tuple) }
            : null;
    }

    private static PacketState Packet(FiveTuple tuple) => new()
    {
        Tuple = tuple,
        Ttl = 64,
        DontFragment = true,
        TcpFlags = tuple.Protocol == IpProtocol.Tcp ? 2 : -1,
        IcmpType = tuple.Protocol switch { IpProtocol.Icmp => 8, IpProtocol.Icmpv6 => 128, _ => -1 },
    };

    /// <summary>Whatever was seen of the flow, this way shows too: each namespace, and each destination that the packets had.</summary>
    public static bool Agrees(Flow flow, WalkPath path)
    {
        foreach (var hop in flow.Forward.Hops)
        {
            if (hop.Point.Home is { } home && !path.Steps.Any(s => s.Namespace == home.Name))
                return false;
            if (!path.Steps.Any(s => s.Packet.Tuple.Destination == hop.Tuple.Destination && s.Packet.Tuple.DestinationPort == hop.Tuple.DestinationPort))
                return false;
        }

        return flow.Served is not { } served || served.Destination == flow.Requested.Destination || path.Steps.Any(s => s.Packet.Tuple.Destination == served.Destination);
    }
}
