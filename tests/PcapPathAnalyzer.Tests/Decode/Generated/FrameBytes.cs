using System.Buffers.Binary;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Decode.Generated;

/// <summary>Writes generated frames byte by byte, and notes where headers end. It shares nothing with the decoder.</summary>
internal sealed class FrameBytes
{
    private readonly List<byte> bytes = [];

    private FrameBytes()
    {
    }

    public byte[] Bytes { get; private set; } = [];

    /// <summary>Offset behind each fixed IP header (20 or 40 bytes), outermost first.</summary>
    public List<int> IpHeaderEnds { get; } = [];

    /// <summary>Offset behind the last header: with this many bytes captured nothing is missing but payload.</summary>
    public int HeadersEnd { get; private set; }

    public static FrameBytes Of(GeneratedFrame frame)
    {
        var writer = new FrameBytes();
        writer.Ethernet(frame.SourceMac, frame.DestinationMac, frame.Vlans, frame.Packets.First().IsIpv4);
        writer.Packet(frame, 0);
        writer.Bytes = [.. writer.bytes];
        return writer;
    }

    private void Ethernet(ulong source, ulong destination, short[] vlans, bool v4)
    {
        Put(destination, 6);
        Put(source, 6);
        for (var i = 0; i < vlans.Length; i++)
        {
            Put(i == 0 && vlans.Length == 2 ? 0x88A8u : 0x8100u, 2);
            Put((ushort)vlans[i], 2);
        }

        Put(v4 ? 0x0800u : 0x86DDu, 2);
    }

    private void Packet(GeneratedFrame frame, int depth)
    {
        var tunnel = depth < frame.Tunnels.Length ? frame.Tunnels[depth] : null;
        var packet = tunnel?.Carrier ?? frame.Innermost;
        var start = bytes.Count;
        if (packet.IsIpv4)
            Ipv4(packet, Protocol(packet, tunnel, frame, depth));
        else
            Ipv6(packet, Protocol(packet, tunnel, frame, depth));
        IpHeaderEnds.Add(bytes.Count);
        if (tunnel is not null)
        {
            Tunnel(tunnel, frame.Packets.ElementAt(depth + 1).IsIpv4, () => Packet(frame, depth + 1));
        }
        else
        {
            if (packet.HasTransport)
                Transport(packet);
            HeadersEnd = bytes.Count;
            bytes.AddRange(packet.Transport.Payload);
        }

        if (packet.IsIpv4)
            Finish(start, bytes.Count - start);
        else
            Patch(start + 4, bytes.Count - start - 40);
    }

    private static byte Protocol(GeneratedPacket packet, GeneratedTunnel? tunnel, GeneratedFrame frame, int depth) => tunnel?.Kind switch
    {
        null => (byte)packet.Protocol,
        TunnelKind.GreKeyed => 47,
        TunnelKind.IpInIp => frame.Packets.ElementAt(depth + 1).IsIpv4 ? (byte)4 : (byte)41,
        _ => 17,
    };

    private void Ipv4(GeneratedPacket packet, byte protocol)
    {
        Put(0x45, 1);
        Put(packet.TrafficClass, 1);
        Put(0, 2);
        Put(packet.Identification, 2);
        Put((uint)(packet.FragmentOffset >> 3 | (packet.MoreFragments ? 0x2000 : 0)), 2);
        Put(packet.Ttl, 1);
        Put(protocol, 1);
        Put(0, 2);
        Put(packet.Source.Ipv4Value, 4);
        Put(packet.Destination.Ipv4Value, 4);
    }

    private void Ipv6(GeneratedPacket packet, byte protocol)
    {
        Put(6u << 28 | (uint)packet.TrafficClass << 20, 4);
        Put(0, 2);
        Put(protocol, 1);
        Put(packet.Ttl, 1);
        foreach (var address in new[] { packet.Source, packet.Destination })
        {
            Put(address.High, 8);
            Put(address.Low, 8);
        }
    }

    private void Transport(GeneratedPacket packet)
    {
        var t = packet.Transport;
        if (packet.Protocol is IpProtocol.Icmp or IpProtocol.Icmpv6)
        {
            Put(packet.Protocol == IpProtocol.Icmp ? 8u : 128u, 1);
            Put(0, 3);
            Put(t.SourcePort, 2);
            Put(t.DestinationPort, 2);
            return;
        }

        Put(t.SourcePort, 2);
        Put(t.DestinationPort, 2);
        if (packet.Protocol == IpProtocol.Udp)
        {
            Put((uint)t.Payload.Length + 8, 2);
            Put(0, 2);
            return;
        }

        var options = Options(t);
        Put(t.Sequence, 4);
        Put(t.Acknowledgment, 4);
        Put((uint)((20 + options.Length) / 4 << 12 | (int)t.Flags), 2);
        Put(t.Window, 2);
        Put(0, 4);
        bytes.AddRange(options);
    }

    private static byte[] Options(GeneratedTransport t)
    {
        var value = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(value, ~t.Sequence);
        return t.Options switch
        {
            TcpOptionKind.Syn => [2, 4, 5, 0x82, 4, 2, 8, 10, .. value, 0, 0, 0, 7, 1, 3, 3, 10],
            TcpOptionKind.Timestamps => [1, 1, 8, 10, .. value, 0, 0, 0, 7],
            TcpOptionKind.Sack => [1, 1, 5, 10, .. value, .. value],
            _ => [],
        };
    }

    private void Tunnel(GeneratedTunnel tunnel, bool v4Inside, Action inside)
    {
        var udp = bytes.Count;
        if (tunnel.CarriesEthernet)
        {
            Put(tunnel.Carrier.Transport.SourcePort, 2);
            Put(tunnel.Kind switch { TunnelKind.VxlanIana => 4789u, TunnelKind.VxlanLinux => 8472u, _ => 6081u }, 2);
            Put(0, 4);
        }

        switch (tunnel.Kind)
        {
            case TunnelKind.Geneve:
                // One option of four bytes of data: class, type, length in words.
                Put(0x0200_6558, 4);
                Put((uint)tunnel.Vni << 8, 4);
                Put(0x0102_8001_DEAD_BEEF, 8);
                break;
            case TunnelKind.GreKeyed:
                Put(0x2000, 2);
                Put(v4Inside ? 0x0800u : 0x86DDu, 2);
                Put((uint)tunnel.Vni, 4);
                break;
            case TunnelKind.VxlanIana or TunnelKind.VxlanLinux:
                Put(0x0800_0000, 4);
                Put((uint)tunnel.Vni << 8, 4);
                break;
        }

        if (tunnel.CarriesEthernet)
            Ethernet(tunnel.SourceMac, tunnel.DestinationMac, [], v4Inside);
        inside();
        if (tunnel.CarriesEthernet)
            Patch(udp + 4, bytes.Count - udp);
    }

    // Total length, then the checksum over the header.
    private void Finish(int start, int length)
    {
        Patch(start + 2, length);
        var sum = 0;
        for (var i = start; i < start + 20; i += 2)
            sum += bytes[i] << 8 | bytes[i + 1];
        while (sum > 0xFFFF)
            sum = (sum & 0xFFFF) + (sum >> 16);
        Patch(start + 10, ~sum & 0xFFFF);
    }

    private void Put(ulong value, int count)
    {
        for (var i = count - 1; i >= 0; i--)
            bytes.Add((byte)(value >> (8 * i)));
    }

    private void Patch(int at, int value)
    {
        bytes[at] = (byte)(value >> 8);
        bytes[at + 1] = (byte)value;
    }
}
