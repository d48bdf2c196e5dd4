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

        var v6 = packet.Protocol == IpProtocol.Icmpv6;
        if (v6 ? header.Type is 128 or 129 : header.Type is 0 or 8)
        {
            packet.SourcePort = packet.DestinationPort = header.Identifier;
            packet.IcmpSequence = header.Sequence;
            return Next.Done;
        }

        if (v6 && header.Type == 2)
            packet.IcmpMtu = (ushort)Math.Min(header.Mtu, ushort.MaxValue);
        else if (!v6 && header is { Type: 3, Code: 4 })
            packet.IcmpMtu = header.Sequence;

        // Errors quote the packet they are about; a quote within a quote is not followed.
        if (walk.Quoted || !(v6 ? header.Type is >= 1 and <= 4 : header.Type is 3 or 4 or 5 or 11 or 12))
            return Next.Done;
        walk.Skip(IcmpHeader.Length);
        walk.Quoted = true;
        walk.EnterTunnel(Encapsulation.IcmpQuote, -1);
        return v6 ? Next.Ipv6 : Next.Ipv4;
    }
}
