using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>Wraps a packet: the outer one is sent by the namespace itself, through routing and its own hooks (iptunnel_xmit, net/ipv4/ip_tunnel_core.c).</summary>
internal static class Encapsulation
{
    /// <param name="b">On the tunnel's device.</param>
    /// <param name="text">What the step says.</param>
    /// <param name="outer">The outer packet's ends; the source none where routing chooses it.</param>
    /// <param name="capsule">What it carries.</param>
    /// <param name="overhead">Bytes added, the outer IP header included.</param>
    public static Branch Wrap(Branch b, string text, FiveTuple outer, Capsule capsule, int overhead)
    {
        var packet = new PacketState
        {
            Tuple = outer,
            // skb_scrub_packet without a change of namespace keeps the mark: rules on the outer packet see the inner one's.
            Mark = b.Packet.Mark,
            Ttl = 64,
            Length = b.Packet.Length == 0 ? 0 : b.Packet.Length + overhead,
            TrafficClass = b.Packet.TrafficClass,
            SourcePorts = outer.SourcePort == 0 && outer.Protocol.HasPorts() ? PortRange.Ephemeral : null,
        };
        var device = b.Device!;
        var at = b.Steps?.Step.Location;
        return (b with { Packet = packet, Inner = capsule with { Device = device.Name }, Device = null, Route = null, SourceMac = default, DestinationMac = default, BoundTo = device.Link.Vxlan?.Device, Vlans = System.Collections.Immutable.ImmutableStack<int>.Empty })
            .Step(StepKind.Encapsulate, text, at, device.Name).Then(LocalOutput.Run);
    }
}
