using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>The outer header of a tunnel's packet.</summary>
/// <param name="Tuple">Its ends; the source none where routing chooses it.</param>
/// <param name="Overhead">Bytes added to the packet, the outer IP header included.</param>
internal sealed record OuterHeader(FiveTuple Tuple, int Overhead)
{
    // UDP, VXLAN's or Geneve's header (without options), and the inner Ethernet header.
    private const int UdpOverhead = 8 + 8 + 14;

    public int Ttl { get; init; } = 64;

    public byte TrafficClass { get; init; }

    public bool DontFragment { get; init; }

    /// <summary>The header of VXLAN or Geneve, with what the device says of its packets (<c>df</c>, <c>ttl</c>, <c>tos</c>).</summary>
    public static OuterHeader OfUdp(FiveTuple tuple, NetworkInterface device, PacketState inner)
    {
        var dontFragment = device.Link.Details.GetValueOrDefault("df") switch { "set" => true, "inherit" => inner.DontFragment, _ => false };
        return new OuterHeader(tuple, UdpOverhead + (tuple.Destination.IsIpv4 ? 20 : 40)) { DontFragment = dontFragment }.Of(device, inner, unset: 64);
    }

    /// <summary>TTL and class of service of a device's packets: its own, or those of the packet inside (<c>inherit</c>).</summary>
    /// <param name="device">The tunnel's.</param>
    /// <param name="inner">What it wraps.</param>
    /// <param name="unset">What no TTL of its own means: 0 for the inner packet's (ip_tunnel_xmit), otherwise the number (net.ipv4.ip_default_ttl).</param>
    public OuterHeader Of(NetworkInterface device, PacketState inner, int unset)
    {
        var (ttl, tos) = (device.Link.Details.GetValueOrDefault("ttl") ?? device.Link.Details.GetValueOrDefault("hoplimit"), device.Link.Details.GetValueOrDefault("tos"));
        var inherited = inner.Ttl > 0 ? inner.Ttl : 64;
        return this with
        {
            Ttl = ttl == "inherit" ? inherited : Dumps.Text.Numbers.TryParse(ttl, out var own) && own is > 0 and <= 255 ? (int)own : unset > 0 ? unset : inherited,
            // The ECN bits are the inner packet's in any case (RFC 6040; ip_tunnel_ecn_encap).
            TrafficClass = (byte)((tos == "inherit" ? inner.TrafficClass & 0xFC : Dumps.Text.Numbers.TryParse(tos, out var set) && set <= 255 ? (int)set & 0xFC : 0) | (inner.TrafficClass & 3)),
        };
    }
}

/// <summary>Wraps a packet: the outer one is sent by the namespace itself, through routing and its own hooks (iptunnel_xmit, net/ipv4/ip_tunnel_core.c).</summary>
internal static class Encapsulation
{
    /// <param name="b">On the tunnel's device, or where IPVS wraps without one.</param>
    /// <param name="text">What the step says.</param>
    /// <param name="header">What is put before it.</param>
    /// <param name="capsule">What it carries, and the device that the outer packet seems to come in by.</param>
    /// <param name="at">The line that says so; the last step's where null.</param>
    public static Branch Wrap(Branch b, string text, OuterHeader header, Capsule capsule, SourceLocation? at = null)
    {
        var packet = new PacketState
        {
            Tuple = header.Tuple,
            // skb_scrub_packet without a change of namespace keeps the mark: rules on the outer packet see the inner one's.
            Mark = b.Packet.Mark,
            Ttl = header.Ttl,
            Length = b.Packet.Length == 0 ? 0 : b.Packet.Length + header.Overhead,
            IsPastIpvs = b.Packet.IsPastIpvs,
            TrafficClass = header.TrafficClass,
            DontFragment = header.DontFragment,
            SourcePorts = header.Tuple.SourcePort == 0 && header.Tuple.Protocol.HasPorts() ? PortRange.Ephemeral : null,
        };
        return (b with { Packet = packet, Inner = capsule, Device = null, Route = null, SourceMac = default, DestinationMac = default, BoundTo = b.Device?.Link.Vxlan?.Device, Vlans = System.Collections.Immutable.ImmutableStack<int>.Empty })
            .Step(StepKind.Encapsulate, text, at ?? b.Steps?.Step.Location, capsule.Device).Then(LocalOutput.Run);
    }
}
