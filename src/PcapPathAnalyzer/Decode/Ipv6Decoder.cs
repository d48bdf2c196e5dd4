using System.Buffers.Binary;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Wire;

namespace PcapPathAnalyzer.Decode;

/// <summary>IPv6 and its extension headers (RFC 8200).</summary>
internal static class Ipv6Decoder
{
    public static Next Decode(ref Walk walk)
    {
        var rest = walk.Rest;
        if (!Ipv6Header.TryRead(rest, out var header))
        {
            walk.NoteInside(0, version: 6);
            return walk.Short(Ipv6Header.Length);
        }

        if (header.Version != 6)
            return walk.Fail(DecodeFault.BadVersion);
        if (walk.Into.Count == DecodedFrame.MaxPackets)
            return walk.Fail(DecodeFault.TooDeep);

        ref var packet = ref walk.Into.Add(ref walk);
        packet.Source = header.Source;
        packet.Destination = header.Destination;
        packet.Protocol = header.NextHeader;
        packet.IpVersion = 6;
        packet.Ttl = header.HopLimit;
        packet.TrafficClass = header.TrafficClass;
        packet.HeaderOffset = walk.Offset;
        TakeLength(ref walk, ref packet, header.PayloadLength, rest);
        walk.Skip(Ipv6Header.Length);
        return Extensions(ref walk, ref packet);
    }

    /// <summary>Follows the chain of extension headers from the one that the packet's protocol names.</summary>
    public static Next Extensions(ref Walk walk, ref PacketFacts packet)
    {
        while (IsExtension(packet.Protocol))
        {
            if (packet.Protocol == IpProtocol.Ipv6Fragment)
            {
                if (!Ipv6FragmentHeader.TryRead(walk.Rest, out var fragment))
                    return Stop(ref walk, ref packet, Ipv6FragmentHeader.Length);
                Fragment(ref packet, fragment);
                walk.Skip(Ipv6FragmentHeader.Length);
                if (packet.FragmentOffset != 0)
                    break;
                continue;
            }

            // RFC 8200 section 4.2: length in units of 8 bytes beyond the first 8.
            var bytes = walk.Rest;
            if (bytes.Length < 2)
                return Stop(ref walk, ref packet, 2);
            var length = (bytes[1] + 1) * 8;
            if (length > bytes.Length)
                return Stop(ref walk, ref packet, length);
            packet.Protocol = (IpProtocol)bytes[0];
            walk.Skip(length);
        }

        Place(ref walk, ref packet);
        return Next.Transport;
    }

    // AH is followed with the transport protocols: IPv4 has it too.
    private static bool IsExtension(IpProtocol protocol) => protocol is IpProtocol.HopByHop or IpProtocol.Ipv6Routing or IpProtocol.Ipv6Fragment
        or IpProtocol.Ipv6DestinationOptions or IpProtocol.MobilityHeader or (IpProtocol)139 or (IpProtocol)140;

    private static void Fragment(ref PacketFacts packet, Ipv6FragmentHeader fragment)
    {
        packet.Protocol = fragment.NextHeader;
        packet.Identification = fragment.Identification;
        packet.FragmentOffset = fragment.FragmentOffset;
        if (fragment.MoreFragments)
            packet.Flags |= PacketFlags.MoreFragments | PacketFlags.Fragment;
        if (fragment.FragmentOffset != 0)
            packet.Flags |= PacketFlags.Fragment;
    }

    private static void TakeLength(ref Walk walk, ref PacketFacts packet, int payloadLength, ReadOnlySpan<byte> header)
    {
        var room = walk.End - walk.Offset;
        var total = payloadLength + Ipv6Header.Length;
        if (payloadLength == 0)
            total = LengthOfJumbogram(ref packet, header, room);
        packet.TotalLength = total;
        if (total > room)
            walk.Note(DecodeFault.BadLength);
        else
            walk.End = walk.Offset + total;
        if (total > walk.Frame.Length - walk.Offset)
            packet.Flags |= PacketFlags.CutBySnapLength;
    }

    // RFC 2675 section 2: a hop-by-hop jumbo payload option (0xC2) right behind the header. Newer kernels show "BIG TCP" packets without it.
    private static int LengthOfJumbogram(ref PacketFacts packet, ReadOnlySpan<byte> bytes, int room)
    {
        const int option = Ipv6Header.Length + 2;
        if (packet.Protocol == IpProtocol.HopByHop && bytes.Length >= option + 6 && bytes[option] == 0xC2 && bytes[option + 1] == 4)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(bytes[(option + 2)..]);
            packet.Flags |= PacketFlags.LengthFromFrame;
            return length <= int.MaxValue - Ipv6Header.Length ? (int)length + Ipv6Header.Length : room;
        }

        // Nothing else may be longer than 65575 bytes; a shorter frame with length 0 is an empty packet and Ethernet padding.
        if (packet.Protocol == IpProtocol.Ipv6NoNext || room <= Ipv6Header.Length + ushort.MaxValue)
            return Ipv6Header.Length;
        packet.Flags |= PacketFlags.LengthFromFrame;
        return room;
    }

    private static void Place(ref Walk walk, ref PacketFacts packet)
    {
        packet.TransportOffset = packet.PayloadOffset = walk.Offset;
        packet.PayloadLength = Math.Max(0, packet.TotalLength - (walk.Offset - packet.HeaderOffset));
    }

    private static Next Stop(ref Walk walk, ref PacketFacts packet, int needed)
    {
        Place(ref walk, ref packet);
        return walk.Short(needed);
    }
}
