using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>Wraps a packet: the outer one is sent by the namespace itself, through routing and its own hooks (iptunnel_xmit, net/ipv4/ip_tunnel_core.c).</summary>
internal static class Encapsulation
{
    /// <param name="b">On the tunnel's device, or where IPVS wraps without one.</param>
    /// <param name="text">What the step says.</param>
    /// <param name="outer">The outer packet's ends; the source none where routing chooses it.</param>
    /// <param name="capsule">What it carries, and the device that the outer packet seems to come in by.</param>
    /// <param name="overhead">Bytes added, the outer IP header included.</param>
    /// <param name="ttl">The outer packet's.</param>
    /// <param name="at">The line that says so; the last step's where null.</param>
    public static Branch Wrap(Branch b, string text, FiveTuple outer, Capsule capsule, int overhead, int ttl = 64, SourceLocation? at = null)
    {
        var packet = new PacketState
        {
            Tuple = outer,
            // skb_scrub_packet without a change of namespace keeps the mark: rules on the outer packet see the inner one's.
            Mark = b.Packet.Mark,
            Ttl = ttl,
            Length = b.Packet.Length == 0 ? 0 : b.Packet.Length + overhead,
            IsPastIpvs = b.Packet.IsPastIpvs,
            TrafficClass = b.Packet.TrafficClass,
            SourcePorts = outer.SourcePort == 0 && outer.Protocol.HasPorts() ? PortRange.Ephemeral : null,
        };
        return (b with { Packet = packet, Inner = capsule, Device = null, Route = null, SourceMac = default, DestinationMac = default, BoundTo = b.Device?.Link.Vxlan?.Device, Vlans = System.Collections.Immutable.ImmutableStack<int>.Empty })
            .Step(StepKind.Encapsulate, text, at ?? b.Steps?.Step.Location, capsule.Device).Then(LocalOutput.Run);
    }
}
