using System.Runtime.InteropServices;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Legs;

namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>What sort of packet an observation is, as far as matching is concerned.</summary>
public enum ObservationKind : byte
{
    /// <summary>A packet with (or without) a transport header.</summary>
    Packet,

    /// <summary>An IP fragment; later ones carry no ports and take the first one's.</summary>
    Fragment,

    /// <summary>An ICMP error; it belongs to the flow of the packet it quotes.</summary>
    IcmpError,

    /// <summary>A later fragment of a tunnel's packet: a piece of the packet inside, whose other fields are those of the first piece.</summary>
    OuterFragment,

    /// <summary>
    /// A tunnel's packet that the snap length cut before what is inside could be read: tuple and identification are the tunnel's, the length is that
    /// of the packet inside. Once it is known whose that is (<see cref="Insides.InsideTable"/>), the tuple is that packet's.
    /// </summary>
    CutInside,
}

/// <summary>
/// One packet seen at one capture point: what stays the same on its way, in 64 bytes (a cache line) without references.
/// Tuples, tunnels and MAC pairs are interned; there are few of them.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public struct Observation
{
    /// <summary>Nanoseconds. As the capture says while it is read; on the reference clock once flows are built (<see cref="ClockTable.AsCaptured(int, long)"/> turns it back).</summary>
    public long Time;

    /// <summary>Frame number in its file, from 1.</summary>
    public uint Frame;

    /// <summary>Index of the leg; -1 while it is not known.</summary>
    public int Leg;

    /// <summary>Index of the innermost packet's tuple, in the direction it travels.</summary>
    public int Tuple;

    /// <summary>Index of the tunnel around the packet; 0 where there is none.</summary>
    public int Tunnel;

    /// <summary>Index of the source and destination MAC of the Ethernet header directly around the packet; 0 where there is none.</summary>
    public int Macs;

    public uint TcpSequence;

    /// <summary>TCP acknowledgment number, or what <see cref="QuotedTuple"/> or <see cref="WholeHash"/> says.</summary>
    public uint TcpAcknowledgment;

    // TSval of TCP, or the payload's hash for what has no sequence numbers.
    private uint timestampOrHash;

    public uint Identification;

    /// <summary>Transport payload in bytes, from the headers; -1 where the snap length cut before it could be known.</summary>
    public int PayloadLength;

    /// <summary>IP packet in bytes, from its header.</summary>
    public int Length;

    /// <summary>Capture point index.</summary>
    public ushort Point;

    public ushort FragmentOffset;
    public TcpFlags TcpFlags;

    // The window of TCP, or type and code of ICMP.
    private ushort windowOrIcmp;

    public PacketFlags Flags;
    public byte Ttl;

    // Kind in the lower, heading in the upper four bits.
    private byte kindAndHeading;

    /// <summary>As it is stored, whatever it means here.</summary>
    internal uint RawTimestampOrHash { readonly get => timestampOrHash; set => timestampOrHash = value; }

    /// <summary>As it is stored, whatever it means here.</summary>
    internal ushort RawWindowOrIcmp { readonly get => windowOrIcmp; set => windowOrIcmp = value; }

    /// <summary>TSval (RFC 7323); 0 where the packet has none.</summary>
    public uint TcpTimestamp
    {
        readonly get => (Flags & PacketFlags.HasTcpTimestamps) != 0 ? timestampOrHash : 0;
        set => timestampOrHash = value;
    }

    /// <summary>Hash of the first payload bytes that every copy has, for UDP and others without sequence numbers; 0 not captured, 1 no payload.</summary>
    public uint PayloadHash
    {
        readonly get => (Flags & (PacketFlags.HasTcpTimestamps | PacketFlags.HasTcpHeader)) != 0 ? 0 : timestampOrHash;
        set => timestampOrHash = value;
    }

    /// <summary>Hash of up to 256 payload bytes of what has no sequence numbers, in fragments or not; 0 where not all of them were captured, or there are none.</summary>
    public uint WholeHash
    {
        readonly get => (Flags & (PacketFlags.HasTcpHeader | PacketFlags.HasTcpSequence)) != 0 || !(Kind == ObservationKind.Packet || this.IsFirstFragment()) ? 0 : TcpAcknowledgment;
        set => TcpAcknowledgment = value;
    }

    public ushort Window
    {
        readonly get => (Flags & PacketFlags.HasTcpHeader) != 0 ? windowOrIcmp : (ushort)0;
        set => windowOrIcmp = value;
    }

    /// <summary>Type and code of ICMP, packed; 0 for others.</summary>
    public ushort IcmpTypeCode
    {
        readonly get => (Flags & PacketFlags.HasTcpHeader) != 0 ? (ushort)0 : windowOrIcmp;
        set => windowOrIcmp = value;
    }

    /// <summary>Index of the tuple that an ICMP error quotes, in the direction the quoted packet travelled; 0 for others.</summary>
    public int QuotedTuple
    {
        readonly get => Kind == ObservationKind.IcmpError ? (int)TcpAcknowledgment : 0;
        set => TcpAcknowledgment = (uint)value;
    }

    /// <summary>Index of a tuple of what is left of the packet inside: source address, protocol, and for the destination port the IP version; 0 for others.</summary>
    public int InsideTuple
    {
        readonly get => Kind == ObservationKind.CutInside ? (int)TcpAcknowledgment : 0;
        set => TcpAcknowledgment = (uint)value;
    }

    /// <summary>IP identification of the packet inside; 0 where it was cut, or is 0.</summary>
    public ushort InsideIdentification
    {
        readonly get => Kind == ObservationKind.CutInside ? windowOrIcmp : (ushort)0;
        set => windowOrIcmp = value;
    }

    /// <summary>Sets both, whatever was there.</summary>
    internal void Settle(ObservationKind kind, PacketHeading heading) => kindAndHeading = (byte)((byte)kind | ((byte)heading << 4));

    public ObservationKind Kind
    {
        readonly get => (ObservationKind)(kindAndHeading & 15);
        set => kindAndHeading = (byte)((kindAndHeading & 0xF0) | (byte)value);
    }

    /// <summary>The file says by itself where the packet went: sent by this host, or received (Linux cooked); unknown otherwise.</summary>
    public PacketHeading Heading
    {
        readonly get => (PacketHeading)(kindAndHeading >> 4);
        set => kindAndHeading = (byte)((kindAndHeading & 15) | ((byte)value << 4));
    }
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
