using System.Net;
using System.Net.NetworkInformation;
using PacketDotNet;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Decode.Generated;

/// <summary>Lets PacketDotNet write frames of <see cref="FrameGen.Common"/>; it has no VXLAN header to write, which therefore is put in front of the inner frame by hand.</summary>
internal static class PacketDotNetBytes
{
    public static byte[] Of(GeneratedFrame frame)
    {
        var inner = Ip(frame.Innermost, Transport(frame.Innermost));
        for (var i = frame.Tunnels.Length - 1; i >= 0; i--)
        {
            var tunnel = frame.Tunnels[i];
            var payload = Ethernet(tunnel.SourceMac, tunnel.DestinationMac, [], inner);
            var udp = new UdpPacket(tunnel.Carrier.Transport.SourcePort, (ushort)(tunnel.Kind == TunnelKind.VxlanIana ? 4789 : 8472))
            {
                PayloadData = [8, 0, 0, 0, (byte)(tunnel.Vni >> 16), (byte)(tunnel.Vni >> 8), (byte)tunnel.Vni, 0, .. payload.Bytes],
            };
            inner = Ip(tunnel.Carrier with { Protocol = IpProtocol.Udp }, udp);
        }

        return Ethernet(frame.SourceMac, frame.DestinationMac, frame.Vlans, inner).Bytes;
    }

    private static Packet Transport(GeneratedPacket packet)
    {
        var t = packet.Transport;
        if (packet.Protocol == IpProtocol.Udp)
            return new UdpPacket(t.SourcePort, t.DestinationPort) { PayloadData = t.Payload };
        return new TcpPacket(t.SourcePort, t.DestinationPort)
        {
            SequenceNumber = t.Sequence,
            AcknowledgmentNumber = t.Acknowledgment,
            Flags = (ushort)t.Flags,
            WindowSize = t.Window,
            PayloadData = t.Payload,
        };
    }

    private static IPPacket Ip(GeneratedPacket packet, Packet payload)
    {
        var source = IPAddress.Parse(packet.Source.ToString());
        var destination = IPAddress.Parse(packet.Destination.ToString());
        IPPacket ip = packet.IsIpv4
            ? new IPv4Packet(source, destination) { Id = packet.Identification, TypeOfService = packet.TrafficClass, FragmentFlags = packet.MoreFragments ? (ushort)1 : (ushort)0 }
            : new IPv6Packet(source, destination) { TrafficClass = packet.TrafficClass };
        ip.TimeToLive = packet.Ttl;
        ip.Protocol = (ProtocolType)(int)packet.Protocol;
        ip.PayloadPacket = payload;
        payload.UpdateCalculatedValues();
        ip.UpdateCalculatedValues();
        if (ip is IPv4Packet v4)
            v4.UpdateIPChecksum();
        return ip;
    }

    private static EthernetPacket Ethernet(ulong source, ulong destination, short[] vlans, IPPacket ip)
    {
        var type = ip is IPv4Packet ? EthernetType.IPv4 : EthernetType.IPv6;
        var ethernet = new EthernetPacket(Mac(source), Mac(destination), vlans.Length == 0 ? type : EthernetType.VLanTaggedFrame);
        ethernet.PayloadPacket = vlans.Length == 0
            ? ip
            : new Ieee8021QPacket(new PacketDotNet.Utils.ByteArraySegment(new byte[4])) { VlanIdentifier = (ushort)vlans[0], PayloadPacket = ip, Type = type };
        return ethernet;
    }

    private static PhysicalAddress Mac(ulong value) => new([.. Enumerable.Range(0, 6).Select(i => (byte)(value >> (40 - (8 * i))))]);
}
