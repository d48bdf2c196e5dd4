using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>A packet as a test sends it, and as the walk is asked about it.</summary>
internal sealed record Probe
{
    public required IPAddress Source { get; init; }

    public required IPAddress Destination { get; init; }

    public IpProtocol Protocol { get; init; } = IpProtocol.Tcp;

    public ushort SourcePort { get; init; }

    public ushort DestinationPort { get; init; }

    public byte Ttl { get; init; } = 64;

    public byte TcpFlags { get; init; } = 0x02;

    public byte TrafficClass { get; init; }

    public int Mark { get; init; }

    /// <summary>Bytes of payload behind the transport header.</summary>
    public int Payload { get; init; } = 8;

    public bool DontFragment { get; init; } = true;

    private bool IsIpv4 => Destination.AddressFamily == AddressFamily.InterNetwork;

    private int TransportLength => Protocol switch { IpProtocol.Tcp => 20, IpProtocol.Sctp => 32, _ => 8 };

    public PacketState State => new()
    {
        Tuple = new FiveTuple(Address(Source), SourcePort, Address(Destination), DestinationPort, Protocol),
        Mark = (uint)Mark,
        Ttl = Ttl,
        Length = (IsIpv4 ? 20 : 40) + TransportLength + Payload,
        DontFragment = DontFragment,
        TrafficClass = TrafficClass,
        TcpFlags = Protocol == IpProtocol.Tcp ? TcpFlags : -1,
        IcmpType = Protocol switch { IpProtocol.Icmp => 8, IpProtocol.Icmpv6 => 128, _ => -1 },
    };

    public static Probe Of(string source, string destination, IpProtocol protocol = IpProtocol.Tcp, int destinationPort = 0, int sourcePort = 0) => new()
    {
        Source = IPAddress.Parse(source),
        Destination = IPAddress.Parse(destination),
        Protocol = protocol,
        SourcePort = (ushort)sourcePort,
        DestinationPort = (ushort)destinationPort,
    };

    public byte[] ToBytes()
    {
        var transport = Transport();
        var header = new byte[IsIpv4 ? 20 : 40];
        if (IsIpv4)
        {
            (header[0], header[1], header[8], header[9]) = (0x45, TrafficClass, Ttl, (byte)Protocol);
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(20 + transport.Length));
            header[6] = (byte)(DontFragment ? 0x40 : 0);
        }
        else
        {
            (header[0], header[1], header[6], header[7]) = ((byte)(0x60 | (TrafficClass >> 4)), (byte)(TrafficClass << 4), (byte)Protocol, Ttl);
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), (ushort)transport.Length);
        }

        Source.TryWriteBytes(header.AsSpan(IsIpv4 ? 12 : 8), out _);
        Destination.TryWriteBytes(header.AsSpan(IsIpv4 ? 16 : 24), out _);
        return [.. header, .. transport];
    }

    private static IpAddress Address(IPAddress address) => IpAddress.TryParse(address.ToString(), out var parsed) ? parsed : throw new FormatException($"{address}");

    private byte[] Transport()
    {
        var bytes = new byte[TransportLength + Payload];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), DestinationPort);
        var at = 0;
        switch (Protocol)
        {
            case IpProtocol.Tcp:
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), 0x10000u + SourcePort);
                (bytes[12], bytes[13], at) = (0x50, TcpFlags, 16);
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(14), 64000);
                break;
            case IpProtocol.Udp:
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)bytes.Length);
                at = 6;
                break;
            case IpProtocol.Sctp:
                Sctp(bytes);
                return bytes;
            default:
                (bytes[0], bytes[1], at) = ((byte)(Protocol == IpProtocol.Icmp ? 8 : 128), 0, 2);
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), SourcePort);
                break;
        }

        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at), Checksum(bytes));
        return bytes;
    }

    // An INIT chunk (RFC 9260 section 3.3.2); conntrack looks at nothing but its kind and its checksum.
    private void Sctp(byte[] bytes)
    {
        bytes[12] = 1;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(14), (ushort)(bytes.Length - 12));
        (bytes[19], bytes[23], bytes[25], bytes[27]) = (1, 255, 1, 1);
        var crc = uint.MaxValue;
        foreach (var b in bytes)
            crc = System.Numerics.BitOperations.Crc32C(crc, b);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), ~crc);
    }

    // RFC 1071 over the pseudo header (not for ICMP of IPv4) and the transport.
    private ushort Checksum(byte[] transport)
    {
        var sum = 0u;
        if (Protocol != IpProtocol.Icmp)
        {
            Add(Source.GetAddressBytes());
            Add(Destination.GetAddressBytes());
            sum += (uint)Protocol + (uint)transport.Length;
        }

        Add(transport);
        while (sum > 0xFFFF)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~sum;

        void Add(byte[] bytes)
        {
            for (var i = 0; i < bytes.Length; i++)
                sum += i % 2 == 0 ? (uint)bytes[i] << 8 : bytes[i];
        }
    }
}
