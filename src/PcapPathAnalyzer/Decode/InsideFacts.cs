using System.Buffers.Binary;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Decode;

/// <summary>
/// What the snap length left of a packet inside a tunnel when it cut the packet's IP header or what is before it: its length, which the
/// headers around it tell, and the first fields of the header, as many as were captured.
/// </summary>
/// <param name="Length">IP packet in bytes; 0 where nothing was cut.</param>
/// <param name="IpVersion">4 or 6; 0 where it is not known.</param>
/// <param name="Identification">Of IPv4; 0 where it was cut, or is 0.</param>
/// <param name="Ttl">TTL or hop limit; 0 where it was cut.</param>
/// <param name="Protocol">0 where it was cut.</param>
/// <param name="Source">None where it was cut.</param>
public readonly record struct InsideFacts(int Length, byte IpVersion, ushort Identification, byte Ttl, IpProtocol Protocol, IpAddress Source)
{
    /// <param name="header">What was captured of the IP header; may be empty.</param>
    /// <param name="length">Of the packet, as the headers around it say.</param>
    /// <param name="version">Of IP; 0 where it is not known.</param>
    internal static InsideFacts Read(ReadOnlySpan<byte> header, int length, byte version) => version switch
    {
        // RFC 791 section 3.1: identification at 4, TTL at 8, protocol at 9, source at 12.
        4 => new(
            length,
            4,
            header.Length >= 6 ? BinaryPrimitives.ReadUInt16BigEndian(header[4..]) : (ushort)0,
            header.Length > 8 ? header[8] : (byte)0,
            header.Length > 9 ? (IpProtocol)header[9] : 0,
            header.Length >= 16 ? IpAddress.ReadIpv4(header[12..]) : IpAddress.None),
        // RFC 8200 section 3: next header at 6, hop limit at 7, source at 8. The next header may be an extension's.
        6 => new(length, 6, 0, header.Length > 7 ? header[7] : (byte)0, 0, header.Length >= 24 ? IpAddress.ReadIpv6(header[8..]) : IpAddress.None),
        _ => new(length, 0, 0, 0, 0, IpAddress.None),
    };
}
