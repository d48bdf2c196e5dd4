using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Wire;

namespace PcapPathAnalyzer.Decode;

/// <summary>IPv4 (RFC 791): adds a packet to the frame and bounds what follows by its total length.</summary>
internal static class Ipv4Decoder
{
    public static Next Decode(ref Walk walk)
    {
        var rest = walk.Rest;
        if (!Ipv4Header.TryRead(rest, out var header))
        {
            walk.NoteInside(0, version: 4);
            return walk.Short(Ipv4Header.MinimumLength);
        }

        if (header.Version != 4)
            return walk.Fail(DecodeFault.BadVersion);
        if (walk.Into.Count == DecodedFrame.MaxPackets)
            return walk.Fail(DecodeFault.TooDeep);

        ref var packet = ref walk.Into.Add(ref walk);
        packet.Source = header.Source;
        packet.Destination = header.Destination;
        packet.Protocol = header.Protocol;
        packet.IpVersion = 4;
        packet.Ttl = header.Ttl;
        packet.TrafficClass = header.TrafficClass;
        packet.Identification = header.Identification;
        packet.FragmentOffset = header.FragmentOffset;
        packet.Flags |= Flags(header.FlagsAndOffset);
        packet.HeaderOffset = walk.Offset;

        var headerLength = header.HeaderLength;
        if (headerLength < Ipv4Header.MinimumLength)
            return Stop(ref walk, ref packet, DecodeFault.BadLength);
        if (!TakeLength(ref walk, ref packet, header.TotalLength, headerLength))
            return Stop(ref walk, ref packet, DecodeFault.BadLength);
        if (headerLength > rest.Length)
        {
            packet.PayloadLength = packet.TotalLength - headerLength;
            packet.TransportOffset = packet.PayloadOffset = walk.Offset + headerLength;
            return walk.Short(headerLength);
        }

        if (Checksum.OfHeader(rest[..headerLength]) != 0xFFFF)
            packet.Flags |= PacketFlags.BadIpChecksum;
        walk.Skip(headerLength);
        packet.TransportOffset = packet.PayloadOffset = walk.Offset;
        packet.PayloadLength = packet.TotalLength - headerLength;
        return Next.Transport;
    }

    private static PacketFlags Flags(ushort flagsAndOffset)
    {
        var flags = PacketFlags.None;
        if ((flagsAndOffset & 0x4000) != 0)
            flags |= PacketFlags.DontFragment;
        if ((flagsAndOffset & 0x2000) != 0)
            flags |= PacketFlags.MoreFragments;
        if ((flagsAndOffset & 0x3FFF) != 0)
            flags |= PacketFlags.Fragment;
        return flags;
    }

    // Total length 0 is what a capture sees before segmentation offload (and in Linux for IPv4 "BIG TCP"): the frame knows better.
    private static bool TakeLength(ref Walk walk, ref PacketFacts packet, int totalLength, int headerLength)
    {
        var room = walk.End - walk.Offset;
        if (totalLength == 0)
        {
            totalLength = room;
            packet.Flags |= PacketFlags.LengthFromFrame;
        }

        packet.TotalLength = totalLength;
        if (totalLength < headerLength)
            return false;
        if (totalLength > room)
            walk.Note(DecodeFault.BadLength);
        else
            walk.End = walk.Offset + totalLength;
        if (walk.Offset + totalLength > walk.Frame.Length)
            packet.Flags |= PacketFlags.CutBySnapLength;
        return true;
    }

    private static Next Stop(ref Walk walk, ref PacketFacts packet, DecodeFault fault)
    {
        packet.TransportOffset = packet.PayloadOffset = walk.Offset + Ipv4Header.MinimumLength;
        return walk.Fail(fault);
    }
}
