using System.Buffers.Binary;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Wire;

namespace PcapPathAnalyzer.Decode;

/// <summary>What an IP header carries: ports, the TCP fields, ICMP with the packet it quotes, and the way into tunnels.</summary>
internal static class TransportDecoder
{
    public static Next Decode(ref Walk walk, UdpTunnels tunnels)
    {
        ref var packet = ref walk.Into.Last;
        if (packet.FragmentOffset != 0)
            return Next.Done;
        switch (packet.Protocol)
        {
            case IpProtocol.Tcp:
                return TcpDecoder.Decode(ref walk, ref packet);
            case IpProtocol.Udp:
            case IpProtocol.UdpLite:
                return Udp(ref walk, ref packet, tunnels);
            case IpProtocol.Icmp:
            case IpProtocol.Icmpv6:
                return IcmpDecoder.Decode(ref walk, ref packet);
            case IpProtocol.Sctp:
                return Sctp(ref walk, ref packet);
            case IpProtocol.Igmp:
                return Igmp(ref walk, ref packet);
            case IpProtocol.Esp:
                return Esp(ref walk, ref packet);
            case IpProtocol.Ah:
                return Authentication(ref walk, ref packet);
        }

        // A quoted packet is looked at, not into: what it carried is not travelling.
        if (walk.Quoted)
            return Next.Done;
        switch (packet.Protocol)
        {
            case IpProtocol.Gre:
                return Next.Gre;
            case IpProtocol.IpIp:
                walk.EnterTunnel(Encapsulation.IpInIp, -1);
                return Next.Ipv4;
            case IpProtocol.Ipv6:
                walk.EnterTunnel(Encapsulation.IpInIp, -1);
                return Next.Ipv6;
            case IpProtocol.Mpls:
                walk.EnterTunnel(Encapsulation.IpInIp, -1);
                return Next.Mpls;
            default:
                return Next.Done;
        }
    }

    private static Next Udp(ref Walk walk, ref PacketFacts packet, UdpTunnels tunnels)
    {
        var rest = walk.Rest;
        Ports(ref packet, rest);
        if (!UdpHeader.TryRead(rest, out var header))
        {
            TakePayload(ref walk, ref packet, UdpHeader.Length);
            return walk.Short(UdpHeader.Length);
        }

        if (packet.Protocol == IpProtocol.Udp)
            TakeDatagramLength(ref walk, ref packet, header.DatagramLength);
        TakePayload(ref walk, ref packet, UdpHeader.Length);
        walk.Skip(UdpHeader.Length);

        // A fragment's datagram is not whole: what a tunnel carries can begin here and not be followed to its end.
        return walk.Quoted ? Next.Done : tunnels.Find(header.DestinationPort);
    }

    // The IP length rules; a UDP length below it leaves bytes that belong to no one, one above it is a lie (but for a first fragment).
    private static void TakeDatagramLength(ref Walk walk, ref PacketFacts packet, int length)
    {
        var available = packet.PayloadLength;
        if (length == 0 && (available > ushort.MaxValue || (packet.Flags & PacketFlags.LengthFromFrame) != 0))
            return;
        if (length < UdpHeader.Length)
        {
            walk.Note(DecodeFault.BadLength);
        }
        else if (length > available)
        {
            if (!packet.IsFragment)
                walk.Note(DecodeFault.BadLength);
        }
        else
        {
            packet.PayloadLength = length;
            walk.End = Math.Min(walk.End, walk.Offset + length);
        }
    }

    private static Next Sctp(ref Walk walk, ref PacketFacts packet)
    {
        var rest = walk.Rest;
        Ports(ref packet, rest);
        if (rest.Length >= 8)
            packet.Spi = BinaryPrimitives.ReadUInt32BigEndian(rest[4..]);
        TakePayload(ref walk, ref packet, SctpHeader.Length);
        return rest.Length >= SctpHeader.Length ? Next.Done : walk.Short(SctpHeader.Length);
    }

    // RFC 3376, RFC 2236: the type in the first byte of eight.
    private static Next Igmp(ref Walk walk, ref PacketFacts packet)
    {
        const int length = 8;
        var rest = walk.Rest;
        if (!rest.IsEmpty)
        {
            packet.IcmpType = rest[0];
            packet.Flags |= PacketFlags.HasTransport;
        }

        return rest.Length >= length ? Next.Done : walk.Short(length);
    }

    // RFC 4303: the rest is encrypted.
    private static Next Esp(ref Walk walk, ref PacketFacts packet)
    {
        const int length = 8;
        var rest = walk.Rest;
        if (rest.Length >= 4)
        {
            packet.Spi = BinaryPrimitives.ReadUInt32BigEndian(rest);
            packet.Flags |= PacketFlags.HasTransport;
        }

        return rest.Length >= length ? Next.Done : walk.Short(length);
    }

    // The header authenticates what follows and hides nothing: the packet's protocol is the one behind it.
    private static Next Authentication(ref Walk walk, ref PacketFacts packet)
    {
        var rest = walk.Rest;
        if (!AuthenticationHeader.TryRead(rest, out var header))
            return walk.Short(AuthenticationHeader.MinimumLength);
        packet.Spi = header.Spi;
        var length = header.HeaderLength;
        if (length < AuthenticationHeader.MinimumLength)
            return walk.Fail(DecodeFault.BadLength);
        if (length > rest.Length)
            return walk.Short(length);
        packet.Protocol = header.NextHeader;
        walk.Skip(length);
        packet.TransportOffset = packet.PayloadOffset = walk.Offset;
        packet.PayloadLength = Math.Max(0, packet.PayloadLength - length);
        return packet.IpVersion == 6 ? Ipv6Decoder.Extensions(ref walk, ref packet) : Next.Transport;
    }

    /// <summary>Both ports, where four bytes were captured: that much of a header is worth having.</summary>
    internal static void Ports(ref PacketFacts packet, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4)
        {
            // What is left of a quote tells more than nothing: whose it is may be found by it.
            if (bytes.Length >= 2 && packet.Encapsulation == Encapsulation.IcmpQuote)
                packet.SourcePort = BinaryPrimitives.ReadUInt16BigEndian(bytes);
            return;
        }

        packet.SourcePort = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        packet.DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        packet.Flags |= PacketFlags.HasTransport;
    }

    /// <summary>What is left of the packet behind a header of this length is payload.</summary>
    internal static void TakePayload(ref Walk walk, ref PacketFacts packet, int headerLength)
    {
        packet.PayloadOffset = walk.Offset + headerLength;
        packet.PayloadLength = Math.Max(0, packet.PayloadLength - headerLength);
    }
}
