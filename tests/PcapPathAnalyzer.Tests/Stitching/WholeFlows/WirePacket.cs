using System.Buffers.Binary;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Stitching.WholeFlows;

/// <summary>A packet as its sender made it, and its bytes; checksums are left out, which offloads leave wrong anyhow.</summary>
internal sealed record WirePacket
{
    /// <summary>Addresses and ports; of ICMP echo both ports are the identifier.</summary>
    public required FiveTuple Tuple { get; init; }

    public int Ttl { get; init; } = 64;

    public ushort Identification { get; init; }

    public bool DontFragment { get; init; } = true;

    public byte[] Payload { get; init; } = [];

    public TcpFlags Flags { get; init; }

    public uint Sequence { get; init; }

    public uint Acknowledgment { get; init; }

    /// <summary>TSval and TSecr; none where the value is 0.</summary>
    public (uint Value, uint Echo) Timestamp { get; init; }

    /// <summary>Of ICMP.</summary>
    public bool IsEchoReply { get; init; }

    public int Length => (Tuple.Source.IsIpv4 ? 20 : 40) + TransportHeader().Length + Payload.Length;

    /// <summary>From the IP header on.</summary>
    public byte[] ToBytes() => Ip.Packet(Tuple.Source, Tuple.Destination, Tuple.Protocol, Ttl, Identification, DontFragment, [.. TransportHeader(), .. Payload]);

    private byte[] TransportHeader()
    {
        var header = new byte[Tuple.Protocol == IpProtocol.Tcp ? 20 : 8];
        if (Tuple.Protocol is IpProtocol.Icmp or IpProtocol.Icmpv6)
        {
            header[0] = (Tuple.Protocol == IpProtocol.Icmp, IsEchoReply) switch { (true, false) => 8, (true, true) => 0, (false, false) => 128, _ => 129 };
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), Tuple.SourcePort);
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), (ushort)Sequence);
            return header;
        }

        BinaryPrimitives.WriteUInt16BigEndian(header, Tuple.SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), Tuple.DestinationPort);
        if (Tuple.Protocol == IpProtocol.Udp)
        {
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), (ushort)(8 + Payload.Length));
            return header;
        }

        var options = Options();
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), Acknowledgment);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(12), (ushort)(((20 + options.Length) / 4 << 12) | (int)Flags));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(14), 500);
        return [.. header, .. options];
    }

    private byte[] Options()
    {
        byte[] mss = (Flags & TcpFlags.Syn) != 0 ? [2, 4, 5, 0x82, 1, 3, 3, 7, 1, 1, 4, 2] : [];
        if (Timestamp.Value == 0)
            return mss;
        var timestamps = new byte[] { 1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0 };
        BinaryPrimitives.WriteUInt32BigEndian(timestamps.AsSpan(4), Timestamp.Value);
        BinaryPrimitives.WriteUInt32BigEndian(timestamps.AsSpan(8), Timestamp.Echo);
        return [.. mss, .. timestamps];
    }
}
