using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Stitching.Matching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Trails;

/// <summary>
/// What tells the packets of one <see cref="Trail"/> apart, in 36 bytes instead of an <see cref="Observation"/>'s 64: of a large
/// bundle's work most was moving observations about in memory.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct PacketRecord
{
    private const PacketFlags Meaning = PacketFlags.HasTcpHeader | PacketFlags.HasTcpTimestamps | PacketFlags.HasTcpSequence;

    /// <summary>A payload length that is not known.</summary>
    private const ushort Unknown = ushort.MaxValue;

    private uint sequence;
    private uint acknowledgment;
    private uint timestampOrHash;
    private ushort identification;
    private ushort payloadLength;
    private TcpFlags tcpFlags;
    private ushort windowOrIcmp;
    private ushort length;
    private PacketFlags flags;
    private uint frame;
    private long time;

    /// <summary>Makes a record of an observation that <see cref="Fits"/>, where it is to stay: made elsewhere and copied, it took twice the time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Make(in Observation o, out PacketRecord record)
    {
        record.sequence = o.TcpSequence;
        record.acknowledgment = o.TcpAcknowledgment;
        record.timestampOrHash = o.RawTimestampOrHash;
        record.identification = (ushort)o.Identification;
        record.payloadLength = (ushort)o.PayloadLength;
        record.tcpFlags = o.TcpFlags;
        record.windowOrIcmp = o.RawWindowOrIcmp;
        record.length = (ushort)o.Length;
        record.flags = o.Flags;
        record.frame = o.Frame;
        record.time = o.Time;
    }

    /// <summary>Frame number in its file, from 1.</summary>
    public readonly uint Frame => frame;

    /// <summary>Nanoseconds, as the capture says.</summary>
    public readonly long Time => time;

    /// <summary>IP packet in bytes, from its header.</summary>
    public readonly int Length => length;

    public readonly TcpFlags TcpFlags => tcpFlags;

    public readonly uint TcpSequence => sequence;

    public readonly uint TcpAcknowledgment => acknowledgment;

    public readonly bool HasTcp => (flags & PacketFlags.HasTcpHeader) != 0;

    /// <summary>A hash of the payload was taken, or the packet has sequence numbers instead.</summary>
    public readonly bool IsTelling => HasTcp || ((flags & PacketFlags.HasTcpTimestamps) == 0 && timestampOrHash != 0);

    /// <summary>Bytes of sequence space: payload, and one each for SYN and FIN.</summary>
    public readonly int SegmentLength => Retransmission.SegmentLength(PayloadLength, tcpFlags);

    private readonly int PayloadLength => payloadLength == Unknown ? -1 : payloadLength;

    /// <summary>False for fragments, ICMP errors, and what is longer than IPv4 can say: those are kept as observations.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Fits(in Observation o) =>
        o.Kind == ObservationKind.Packet && o.Leg >= 0 && o.FragmentOffset == 0 && o.Identification <= ushort.MaxValue
        && (uint)o.Length <= ushort.MaxValue && (uint)(o.PayloadLength + 1) <= Unknown;

    /// <summary>The observation, with the trail's numbers.</summary>
    public readonly Observation On(in Trail trail)
    {
        var o = new Observation
        {
            Time = Time,
            Frame = Frame,
            Leg = trail.Leg,
            Tuple = trail.Tuple,
            Tunnel = trail.Tunnel,
            Macs = trail.Macs,
            Point = trail.Point,
            Ttl = trail.Ttl,
            TcpSequence = sequence,
            TcpAcknowledgment = acknowledgment,
            RawTimestampOrHash = timestampOrHash,
            Identification = identification,
            PayloadLength = PayloadLength,
            Length = length,
            TcpFlags = tcpFlags,
            RawWindowOrIcmp = windowOrIcmp,
            Flags = flags,
            Kind = ObservationKind.Packet,
            Heading = trail.Heading,
        };
        return o;
    }

    /// <summary>Whether both are the same to the last bit of what a packet keeps on its way; then <see cref="ObservationFacts.IsSamePacket"/> holds. The contrary says nothing.</summary>
    public readonly bool IsEqual(in PacketRecord other) =>
        ((sequence ^ other.sequence) | (acknowledgment ^ other.acknowledgment) | (timestampOrHash ^ other.timestampOrHash)
            | (uint)(identification ^ other.identification) | (uint)(payloadLength ^ other.payloadLength) | (uint)(tcpFlags ^ other.tcpFlags)
            | (uint)(windowOrIcmp ^ other.windowOrIcmp) | (uint)((flags ^ other.flags) & Meaning)) == 0;
}
