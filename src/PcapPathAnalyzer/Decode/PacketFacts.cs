using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Decode;

/// <summary>What wraps a packet inside the frame, read from the headers just outside its IP header.</summary>
public enum Encapsulation : byte
{
    None,
    Vxlan,
    VxlanGpe,
    Geneve,
    Gre,
    Nvgre,
    Erspan,
    IpInIp,

    /// <summary>The packet that an ICMP error quotes (RFC 792, RFC 4443): it is not travelling itself.</summary>
    IcmpQuote,
}

[Flags]
public enum TcpFlags : ushort
{
    None = 0,
    Fin = 1,
    Syn = 2,
    Rst = 4,
    Psh = 8,
    Ack = 16,
    Urg = 32,
    Ece = 64,
    Cwr = 128,
    Ae = 256,
}

[Flags]
public enum PacketFlags : ushort
{
    None = 0,
    DontFragment = 1,
    MoreFragments = 2,

    /// <summary>MF is set or the fragment offset is not zero.</summary>
    Fragment = 4,

    /// <summary>Ports (or ICMP type and code) were there to be read.</summary>
    HasTransport = 8,

    /// <summary>A TCP timestamp option (RFC 7323) was read.</summary>
    HasTcpTimestamps = 16,

    /// <summary>The captured bytes end before the packet does.</summary>
    CutBySnapLength = 32,

    /// <summary>The IPv4 header checksum is wrong (a sender-side offload leaves transport checksums wrong, never this one).</summary>
    BadIpChecksum = 64,

    /// <summary>
    /// The whole fixed TCP header was captured: every TCP field is valid. Without it a snap length (or an ICMP error's quote)
    /// cut inside: ports are valid with <see cref="HasTransport"/>, sequence with <see cref="HasTcpSequence"/>,
    /// acknowledgment with <see cref="HasTcpAcknowledgment"/>, flags with <see cref="HasTcpFlags"/>.
    /// </summary>
    HasTcpHeader = 128,

    /// <summary>At least 8 bytes of the TCP header were captured.</summary>
    HasTcpSequence = 256,

    /// <summary>At least 12 bytes of the TCP header were captured.</summary>
    HasTcpAcknowledgment = 512,

    /// <summary>At least 14 bytes of the TCP header were captured: data offset and flags. Only then is the payload's length known.</summary>
    HasTcpFlags = 1024,

    /// <summary>The UDP payload is a WireGuard message: a tunnel whose inside cannot be read.</summary>
    WireGuard = 2048,

    /// <summary>The total length was 0 (segmentation offload, "BIG TCP") and was replaced by what the frame holds.</summary>
    LengthFromFrame = 4096,

    /// <summary>A tunnel's header follows: what travels is inside, even where that was not captured or is no IP packet.</summary>
    Tunnel = 8192,

    /// <summary>The captured bytes end inside the TCP options: a timestamp that is not here may have been there.</summary>
    TcpOptionsCut = 16384,
}

/// <summary>
/// One IP header of a frame and what it carries; a frame has one entry per IP header, outermost first. A compact value
/// without references: it can be kept after the frame's bytes are gone.
/// </summary>
/// <remarks>128 bytes, two cache lines, without a hole: the order of the fields is chosen for that.</remarks>
public struct PacketFacts
{
    public IpAddress Source;
    public IpAddress Destination;

    /// <summary>Host order. 0 where the protocol has none or the bytes were not captured. ICMP echo (and timestamp, information, address mask): the identifier in both ports. Of a quote that was cut between its ports the first is here, without <see cref="PacketFlags.HasTransport"/>.</summary>
    public ushort SourcePort;
    public ushort DestinationPort;

    public IpProtocol Protocol;

    /// <summary>4 or 6.</summary>
    public byte IpVersion;

    /// <summary>TTL or hop limit.</summary>
    public byte Ttl;

    /// <summary>DSCP and ECN, the second octet of IPv4, the traffic class of IPv6.</summary>
    public byte TrafficClass;

    /// <summary>IPv4 identification, or the IPv6 fragment header's; 0 where there is none.</summary>
    public uint Identification;

    /// <summary>In bytes.</summary>
    public ushort FragmentOffset;

    public PacketFlags Flags;

    /// <summary>Length of the packet as its header says, header included; 0 for IPv6 jumbograms and TSO ("BIG TCP") frames is replaced by what the frame holds.</summary>
    public int TotalLength;

    /// <summary>Where this IP header begins in the frame.</summary>
    public int HeaderOffset;

    /// <summary>Where the transport header begins in the frame; equals the payload's offset where there is none.</summary>
    public int TransportOffset;

    /// <summary>Where the transport payload begins in the frame (may lie beyond the captured bytes).</summary>
    public int PayloadOffset;

    /// <summary>
    /// Length of the transport payload as the headers say, captured or not: equal for every snap length. -1 where it cannot be
    /// known: the TCP data offset was not captured. Ethernet padding never counts.
    /// </summary>
    public int PayloadLength;

    public TcpFlags TcpFlags;
    public ushort TcpWindow;
    public uint TcpSequence;
    public uint TcpAcknowledgment;

    /// <summary>TSval and TSecr; valid with <see cref="PacketFlags.HasTcpTimestamps"/>.</summary>
    public uint TcpTimestampValue;
    public uint TcpTimestampEcho;

    /// <summary>ESP or AH security parameters index, or SCTP verification tag.</summary>
    public uint Spi;

    /// <summary>MSS option of a SYN; 0 where absent.</summary>
    public ushort TcpMss;

    /// <summary>Window scale option of a SYN; 255 where absent.</summary>
    public byte TcpWindowScale;

    /// <summary>Type of ICMP, ICMPv6 and IGMP.</summary>
    public byte IcmpType;
    public byte IcmpCode;

    /// <summary>What is directly around this IP header: <see cref="Encapsulation.None"/> for the outermost packet.</summary>
    public Encapsulation Encapsulation;

    /// <summary>Next-hop MTU of ICMP "fragmentation needed" / "packet too big"; 0 otherwise.</summary>
    public ushort IcmpMtu;

    /// <summary>Echo sequence number.</summary>
    public ushort IcmpSequence;

    /// <summary>VLAN identifier directly outside this IP header; -1 where untagged.</summary>
    public short Vlan;

    /// <summary>VXLAN or Geneve network identifier (24 bits), GRE key, NVGRE VSID; -1 where there is none.</summary>
    public long Vni;

    /// <summary>MAC addresses of the Ethernet header directly outside this IP header (that of the inner frame for VXLAN); none for others.</summary>
    public MacAddress SourceMac;
    public MacAddress DestinationMac;

    public readonly FiveTuple Tuple => new(Source, SourcePort, Destination, DestinationPort, Protocol);

    public readonly bool IsFragment => (Flags & PacketFlags.Fragment) != 0;

    /// <summary>A fragment that carries no transport header.</summary>
    public readonly bool IsLaterFragment => FragmentOffset != 0;

    public readonly bool HasTransport => (Flags & PacketFlags.HasTransport) != 0;
}
