using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Matching;

namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>Questions that stitching asks of one observation.</summary>
internal static class ObservationFacts
{
    /// <summary>Sequence numbers and flags were captured.</summary>
    public static bool HasTcp(this in Observation o) => (o.Flags & PacketFlags.HasTcpHeader) != 0;

    public static bool HasTcpTimestamp(this in Observation o) => (o.Flags & PacketFlags.HasTcpTimestamps) != 0;

    /// <summary>
    /// What a packet keeps through NAT, forwarding and encapsulation (ports, addresses, TTL, MACs and checksums left out):
    /// two observations with the same value are the same packet, or a copy that nothing but time can tell from it.
    /// </summary>
    public static ulong Identity(this in Observation o)
    {
        var hash = 0xcbf29ce484222325UL;
        Mix(ref hash, ((ulong)o.Identification << 32) | (uint)o.PayloadLength);
        Mix(ref hash, ((ulong)o.FragmentOffset << 32) | ((ulong)(o.Kind == ObservationKind.OuterFragment ? ObservationKind.Packet : o.Kind) << 24) | o.IcmpTypeCode);
        Mix(ref hash, ((ulong)o.TcpSequence << 32) | (o.HasTcp() ? o.TcpAcknowledgment : o.PayloadHash));
        // The window of a SYN or data segment is kept; ECN bits may be marked on the way, the flags below are not.
        Mix(ref hash, ((ulong)o.TcpTimestamp << 32) | ((ulong)(o.TcpFlags & ~(TcpFlags.Ece | TcpFlags.Cwr)) << 16) | o.Window);
        return hash;
    }

    /// <summary>A fragment that has the transport header.</summary>
    public static bool IsFirstFragment(this in Observation o) => o.Kind == ObservationKind.Fragment && o.FragmentOffset == 0;

    /// <summary>What a first fragment keeps however its datagram is taken apart on its way: not its length, and not the identification, which IPv6 gives anew each time.</summary>
    public static ulong DatagramIdentity(this in Observation o, ObservationTables tables) =>
        (o with { PayloadLength = 0, Identification = tables.Tuples[o.Tuple].Source.IsIpv4 ? o.Identification : 0 }).Identity();

    /// <summary>Whether two observations have the same <see cref="Identity"/>, without making it.</summary>
    public static bool IsSamePacket(this in Observation a, in Observation b) =>
        ((a.Identification ^ b.Identification) | (uint)(a.PayloadLength ^ b.PayloadLength) | (uint)(a.FragmentOffset ^ b.FragmentOffset) | (uint)((byte)a.Kind ^ (byte)b.Kind)
            | (a.TcpSequence ^ b.TcpSequence) | (uint)((a.TcpFlags ^ b.TcpFlags) & ~(TcpFlags.Ece | TcpFlags.Cwr))) == 0
        && a.HasTcp() == b.HasTcp() && a.IcmpTypeCode == b.IcmpTypeCode && a.Window == b.Window && a.TcpTimestamp == b.TcpTimestamp
        && (a.HasTcp() ? a.TcpAcknowledgment : a.PayloadHash) == (b.HasTcp() ? b.TcpAcknowledgment : b.PayloadHash) && a.MayShareBody(b);

    /// <summary>Whether what a short snap length left of a packet agrees with another copy of it: sequence numbers and flags, as far as both have them.</summary>
    public static bool MayBeCutOf(this in Observation cut, in Observation whole)
    {
        var both = cut.Flags & whole.Flags;
        return ((both & PacketFlags.HasTcpSequence) == 0 || cut.TcpSequence == whole.TcpSequence)
            && ((both & PacketFlags.HasTcpAcknowledgment) == 0 || cut.TcpAcknowledgment == whole.TcpAcknowledgment)
            && ((both & PacketFlags.HasTcpFlags) == 0 || ((cut.TcpFlags ^ whole.TcpFlags) & ~(TcpFlags.Ece | TcpFlags.Cwr)) == 0);
    }

    /// <summary>False where both payloads were captured whole and differ beyond the bytes that identity knows.</summary>
    public static bool MayShareBody(this in Observation a, in Observation b) => a.WholeHash == b.WholeHash || a.WholeHash == 0 || b.WholeHash == 0;

    /// <summary>Whether both were seen at one place, on the same way.</summary>
    public static bool IsWhereAlso(this in Observation a, in Observation b, ObservationTables tables) =>
        tables.PlaceOf(a.Point) == tables.PlaceOf(b.Point) && a.Tuple == b.Tuple && a.Tunnel == b.Tunnel && a.Ttl == b.Ttl && a.Heading == b.Heading;

    /// <summary>Whether the IP identification alone tells copies of one packet from a packet sent again.</summary>
    public static bool HasIdentification(this in Observation o) => o.Identification != 0;

    /// <summary>Nobody sends two such packets in a row: TCP data, SYN and FIN have a place in the sequence, and echo requests a number of their own, where the snap length left it.</summary>
    public static bool IsNumbered(this in Observation o, ObservationTables tables) => o.HasTcp()
        ? Retransmission.SegmentLength(o) > 0
        : o.PayloadHash != 0 && tables.Tuples[o.Tuple].Protocol is IpProtocol.Icmp or IpProtocol.Icmpv6 && (o.IcmpTypeCode >> 8) is 0 or 8 or 128 or 129;

    /// <summary>An identity that also tells of the bytes which <see cref="Observation.WholeHash"/> is of; the same where nothing is known of them.</summary>
    public static ulong WithWhole(ulong identity, uint wholeHash) => identity ^ (wholeHash * 0x9E3779B97F4A7C15UL);

    public static bool IsTcpData(this in Observation o) => o.HasTcp() && o.PayloadLength > 0;

    private static void Mix(ref ulong hash, ulong value)
    {
        hash ^= value;
        hash *= 0x9E3779B97F4A7C15UL;
        hash ^= hash >> 29;
    }
}
