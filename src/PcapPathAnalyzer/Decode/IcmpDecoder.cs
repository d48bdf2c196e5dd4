using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Wire;

namespace PcapPathAnalyzer.Decode;

/// <summary>ICMP (RFC 792), ICMPv6 (RFC 4443) and the packets that their errors quote.</summary>
internal static class IcmpDecoder
{
    public static Next Decode(ref Walk walk, ref PacketFacts packet)
    {
        var rest = walk.Rest;
        if (rest.Length >= 2)
        {
            packet.IcmpType = rest[0];
            packet.IcmpCode = rest[1];
            packet.Flags |= PacketFlags.HasTransport;
        }

        TransportDecoder.TakePayload(ref walk, ref packet, IcmpHeader.Length);
        if (!IcmpHeader.TryRead(rest, out var header))
            return walk.Short(IcmpHeader.Length);

        const byte redirect = 137;
        var v6 = packet.Protocol == IpProtocol.Icmpv6;
        if (HasIdentifier(v6, header.Type))
        {
            packet.SourcePort = packet.DestinationPort = header.Identifier;
            packet.IcmpSequence = header.Sequence;
            return Next.Done;
        }

        if (v6 && header.Type == 2)
            packet.IcmpMtu = (ushort)Math.Min(header.Mtu, ushort.MaxValue);
        else if (!v6 && header is { Type: 3, Code: 4 })
            packet.IcmpMtu = header.Sequence;

        if (v6 && header.Type == redirect && !walk.Quoted)
            return Redirected(ref walk);

        // Errors quote the packet they are about; a quote within a quote is not followed.
        if (walk.Quoted || !(v6 ? header.Type is >= 1 and <= 4 : header.Type is 3 or 4 or 5 or 11 or 12))
            return Next.Done;
        return Quote(ref walk, IcmpHeader.Length, v6 ? Next.Ipv6 : Next.Ipv4);
    }

    // Echo, timestamp, information and address mask pair by identifier (as conntrack does, nf_conntrack_proto_icmp.c), and RFC 8335's extended echo.
    private static bool HasIdentifier(bool v6, byte type) => v6 ? type is 128 or 129 or 160 or 161 : type is 0 or 8 or 13 or 14 or 15 or 16 or 17 or 18 or 42 or 43;

    private static Next Quote(ref Walk walk, int offset, Next packet)
    {
        walk.Skip(offset);
        walk.Quoted = true;
        walk.EnterTunnel(Encapsulation.IcmpQuote, -1);
        return packet;
    }

    // RFC 4861 section 4.5: target and destination, then options, of which number 4 holds the packet; their length counts in eights.
    private static Next Redirected(ref Walk walk)
    {
        const int optionsOffset = 40, redirectedHeader = 4;
        var rest = walk.Rest;
        var offset = optionsOffset;
        while (rest.Length - offset >= 8 && rest[offset + 1] != 0)
        {
            if (rest[offset] == redirectedHeader)
                return Quote(ref walk, offset + 8, Next.Ipv6);
            offset += rest[offset + 1] * 8;
        }

        return Next.Done;
    }
}
