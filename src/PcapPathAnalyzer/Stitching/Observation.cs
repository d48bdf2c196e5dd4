using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Stitching;

/// <summary>What sort of packet an observation is, as far as matching is concerned.</summary>
public enum ObservationKind : byte
{
    /// <summary>A packet with (or without) a transport header.</summary>
    Packet,

    /// <summary>An IP fragment; later ones carry no ports and take the first one's.</summary>
    Fragment,

    /// <summary>An ICMP error; it belongs to the flow of the packet it quotes.</summary>
    IcmpError,
}

/// <summary>
/// One packet seen at one capture point: what stays the same on its way, in a compact value without references.
/// Tuples, tunnels and MAC pairs are interned; there are few of them.
/// </summary>
public struct Observation
{
    /// <summary>Time as the capture says, nanoseconds.</summary>
    public long Time;

    /// <summary>Frame number in its file, from 1.</summary>
    public uint Frame;

    /// <summary>Index of the innermost packet's tuple, in the direction it travels.</summary>
    public int Tuple;

    /// <summary>Index of the tunnel around the packet; 0 where there is none.</summary>
    public int Tunnel;

    /// <summary>Index of the source and destination MAC of the Ethernet header directly around the packet; 0 where there is none.</summary>
    public int Macs;

    public uint TcpSequence;
    public uint TcpAcknowledgment;
    public uint TcpTimestamp;
    public uint Identification;

    /// <summary>Hash of the first payload bytes that every copy has, for UDP and others without sequence numbers.</summary>
    public uint PayloadHash;

    /// <summary>Index of the tuple that an ICMP error quotes, in the direction the quoted packet travelled; 0 for others.</summary>
    public int QuotedTuple;

    /// <summary>Transport payload in bytes, from the headers.</summary>
    public int PayloadLength;

    /// <summary>IP packet in bytes, from its header.</summary>
    public int Length;

    /// <summary>Capture point index.</summary>
    public ushort Point;

    public ushort FragmentOffset;
    public TcpFlags TcpFlags;
    public ushort Window;
    public byte Ttl;
    public ObservationKind Kind;

    /// <summary>Type and code of ICMP, packed; 0 for others.</summary>
    public ushort IcmpTypeCode;

    /// <summary>The file says by itself where the packet went: sent by this host, or received (Linux cooked); unknown otherwise.</summary>
    public PacketHeading Heading;

    public PacketFlags Flags;
}

public enum PacketHeading : byte
{
    Unknown,
    Incoming,
    Outgoing,
}

/// <summary>The tunnel header around a packet.</summary>
public readonly record struct TunnelKey(Encapsulation Kind, long Vni, IpAddress OuterSource, IpAddress OuterDestination);

/// <summary>The Ethernet addresses directly around a packet.</summary>
public readonly record struct MacPair(MacAddress Source, MacAddress Destination);
