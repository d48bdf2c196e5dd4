using PcapPathAnalyzer.Decode;

namespace PcapPathAnalyzer.Stitching.Building;

/// <summary>What the packets of one direction show together, for the judgement how a flow ended.</summary>
internal readonly record struct DirectionSummary
{
    /// <summary>Any packet that is no ICMP error about the other direction.</summary>
    public bool HasPackets { get; private init; }

    public bool HasSyn { get; private init; }

    public bool HasSynAck { get; private init; }

    /// <summary>A segment with ACK and neither SYN nor RST.</summary>
    public bool HasAck { get; private init; }

    public bool HasFin { get; private init; }

    public bool HasReset { get; private init; }

    /// <summary>The summary with one packet more.</summary>
    /// <param name="flags">Of TCP; none for others.</param>
    /// <param name="isIcmpError">About the other direction.</param>
    public DirectionSummary With(TcpFlags flags, bool isIcmpError) => new()
    {
        HasPackets = HasPackets || !isIcmpError,
        HasSyn = HasSyn || (flags & TcpFlags.Syn) != 0,
        HasSynAck = HasSynAck || (flags & (TcpFlags.Syn | TcpFlags.Ack)) == (TcpFlags.Syn | TcpFlags.Ack),
        HasAck = HasAck || ((flags & (TcpFlags.Ack | TcpFlags.Syn | TcpFlags.Rst)) == TcpFlags.Ack && !isIcmpError),
        HasFin = HasFin || (flags & TcpFlags.Fin) != 0,
        HasReset = HasReset || (flags & TcpFlags.Rst) != 0,
    };
}
