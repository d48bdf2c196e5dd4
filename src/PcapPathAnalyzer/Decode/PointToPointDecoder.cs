using System.Buffers.Binary;
using PcapPathAnalyzer.Wire;

namespace PcapPathAnalyzer.Decode;

/// <summary>PPP in its framings, PPPoE and Cisco HDLC, and the loopback headers of BSD.</summary>
internal static class PointToPointDecoder
{
    /// <summary>
    /// LINKTYPE_NULL: the address family as a number in the byte order of the machine that captured, LINKTYPE_LOOP in
    /// network order. AF_INET is 2 everywhere, AF_INET6 is 10, 24, 28 or 30 by the system.
    /// </summary>
    public static Next Loopback(ref Walk walk)
    {
        const int length = 4;
        var rest = walk.Rest;
        if (rest.Length < length)
            return walk.Short(length);
        var family = BinaryPrimitives.ReadUInt32LittleEndian(rest);
        if (family > 0xFFFF)
            family = BinaryPrimitives.ReverseEndianness(family);
        walk.Skip(length);
        switch (family)
        {
            case 2:
                return Next.Ipv4;
            case 10 or 24 or 28 or 30:
                return Next.Ipv6;
            case >= EtherTypes.FirstType:
                walk.Type = (ushort)family;
                return Next.EtherType;
            default:
                return walk.FailAtLink();
        }
    }

    /// <summary>PPP with or without its address and control bytes (RFC 1662), or Cisco HDLC where those say so.</summary>
    public static Next Ppp(ref Walk walk)
    {
        var rest = walk.Rest;
        if (rest.Length >= 2 && rest[0] == 0xFF && rest[1] == 0x03)
            walk.Skip(2);
        else if (rest.Length >= 2 && rest[0] is 0x0F or 0x8F && rest[1] == 0)
            return CiscoHdlc(ref walk);
        return Next.PppProtocol;
    }

    /// <summary>A direction byte in front (LINKTYPE_PPP_PPPD).</summary>
    public static Next PppDirection(ref Walk walk)
    {
        if (walk.Rest.IsEmpty)
            return walk.Short(1);

        // 0 and 1 are directions; FF 03 without them is plain PPP.
        if (walk.Rest[0] <= 1)
            walk.Skip(1);
        return Next.Ppp;
    }

    public static Next PppProtocol(ref Walk walk)
    {
        var rest = walk.Rest;
        if (rest.IsEmpty)
            return walk.Short(2);

        // Protocol field compression (RFC 1661 section 6.5): the lowest bit marks the last byte.
        int protocol = rest[0];
        var length = 1;
        if ((protocol & 1) == 0)
        {
            if (rest.Length < 2)
                return walk.Short(2);
            protocol = BinaryPrimitives.ReadUInt16BigEndian(rest);
            length = 2;
        }

        walk.Skip(length);
        switch (protocol)
        {
            case PppProtocols.Ipv4:
                return Next.Ipv4;
            case PppProtocols.Ipv6:
                return Next.Ipv6;
            case PppProtocols.Mpls or PppProtocols.MplsMulticast:
                return Next.Mpls;
            default:
                return walk.FailAtLink();
        }
    }

    /// <summary>Address, control, and an EtherType.</summary>
    public static Next CiscoHdlc(ref Walk walk)
    {
        const int length = 4;
        var rest = walk.Rest;
        if (rest.Length < length)
            return walk.Short(length);
        walk.Type = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
        walk.Skip(length);
        return Next.EtherType;
    }

    public static Next Pppoe(ref Walk walk)
    {
        if (!PppoeHeader.TryRead(walk.Rest, out var header))
            return walk.Short(PppoeHeader.Length);
        walk.Skip(PppoeHeader.Length);
        if (header.Code != 0)
            return walk.FailAtLink();
        if (header.PayloadLength > walk.End - walk.Offset)
            walk.Note(DecodeFault.BadLength);
        else
            walk.End = walk.Offset + header.PayloadLength;
        return Next.PppProtocol;
    }
}
