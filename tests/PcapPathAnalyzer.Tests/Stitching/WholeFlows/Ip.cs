using System.Buffers.Binary;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Stitching.WholeFlows;

/// <summary>IP headers and fragments (RFC 791, RFC 8200), and what is put around packets on their way.</summary>
internal static class Ip
{
    private const int Fragment6Length = 8;

    public static byte[] Packet(IpAddress source, IpAddress destination, IpProtocol protocol, int ttl, ushort identification, bool dontFragment, byte[] body)
    {
        var v4 = source.IsIpv4;
        var header = new byte[v4 ? 20 : 40];
        if (v4)
        {
            header[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(20 + body.Length));
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), identification);
            header[6] = dontFragment ? (byte)0x40 : (byte)0;
            (header[8], header[9]) = ((byte)ttl, (byte)protocol);
            BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(12), source.Ipv4Value);
            BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(16), destination.Ipv4Value);
        }
        else
        {
            header[0] = 0x60;
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), (ushort)body.Length);
            (header[6], header[7]) = ((byte)protocol, (byte)ttl);
            Address(header.AsSpan(8), source);
            Address(header.AsSpan(24), destination);
        }

        return [.. header, .. body];
    }

    /// <summary>The packet itself where it fits, else its fragments.</summary>
    /// <param name="packet">From its IP header on.</param>
    /// <param name="mtu">Bytes that fit, IP header included.</param>
    /// <param name="identification">Of the fragments, for IPv6.</param>
    public static List<byte[]> Fragments(byte[] packet, int mtu, uint identification)
    {
        if (packet.Length <= mtu)
            return [packet];
        var v4 = packet[0] >> 4 == 4;
        var header = v4 ? 20 : 40;
        var room = (mtu - header - (v4 ? 0 : Fragment6Length)) & ~7;
        var fragments = new List<byte[]>();
        for (var offset = 0; offset < packet.Length - header; offset += room)
        {
            var piece = packet[(header + offset)..Math.Min(packet.Length, header + offset + room)];
            var more = header + offset + piece.Length < packet.Length;
            fragments.Add(v4 ? Piece4(packet, piece, offset, more) : Piece6(packet, piece, offset, more, identification));
        }

        return fragments;
    }

    private static byte[] Piece4(byte[] packet, byte[] piece, int offset, bool more)
    {
        var header = packet[..20];
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(20 + piece.Length));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), (ushort)((offset / 8) | (more ? 0x2000 : 0)));
        return [.. header, .. piece];
    }

    private static byte[] Piece6(byte[] packet, byte[] piece, int offset, bool more, uint identification)
    {
        var header = packet[..40];
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), (ushort)(Fragment6Length + piece.Length));
        header[6] = 44;
        var fragment = new byte[Fragment6Length];
        fragment[0] = packet[6];
        BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(2), (ushort)(offset | (more ? 1 : 0)));
        BinaryPrimitives.WriteUInt32BigEndian(fragment.AsSpan(4), identification);
        return [.. header, .. fragment, .. piece];
    }

    private static void Address(Span<byte> into, IpAddress address)
    {
        BinaryPrimitives.WriteUInt64BigEndian(into, address.High);
        BinaryPrimitives.WriteUInt64BigEndian(into[8..], address.Low);
    }
}
