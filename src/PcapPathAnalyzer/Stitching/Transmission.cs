using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Stitching.Matching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching;

/// <summary>One packet on its way, once sent: its observations in path order.</summary>
internal sealed class Transmission
{
    /// <summary>Bundle-wide number, from 1, in order of flows and of the first observation.</summary>
    public int Number { get; set; }

    /// <summary>In path order; times are on the reference clock.</summary>
    public required ArraySegment<Observation> Observations { get; set; }

    /// <summary>Hop number of each observation.</summary>
    public required ArraySegment<ushort> Hops { get; set; }

    /// <summary>Corrected time of the earliest observation.</summary>
    public required long Time { get; init; }

    public bool IsRetransmission { get; set; }

    /// <summary>Repeats the last byte sent, as a keep-alive does (TCP).</summary>
    public bool MayBeKeepAlive { get; set; }

    public uint Sequence { get; init; }

    /// <summary>Bytes of sequence space (TCP).</summary>
    public int SegmentLength { get; init; }

    public TcpFlags TcpFlags { get; init; }

    public uint Acknowledgment { get; init; }

    public int PayloadLength { get; init; }

    /// <summary>True for an ICMP error about the other direction's packets.</summary>
    public bool IsIcmpError { get; init; }

    public bool IsReply { get; init; }

    /// <summary>The farthest hop along the way.</summary>
    public int LastHop => Hops.Count == 0 ? 0 : Hops[^1];

    /// <summary>Takes copies, so that the memory of all packets can be let go.</summary>
    public void Detach()
    {
        Observations = Observations.ToArray();
        Hops = Hops.ToArray();
    }

    /// <summary>A transmission of observations in path order, with the hop of each.</summary>
    public static Transmission Of(ArraySegment<Observation> observations, ArraySegment<ushort> hops, bool isReply)
    {
        var span = observations.AsSpan();
        ref var first = ref span[0];
        var flags = TcpFlags.None;
        foreach (ref var o in span)
        {
            flags |= o.TcpFlags;
            if (o.Time < first.Time)
                first = ref o;
        }

        // A copy that the snap length cut knows less of it.
        ref var telling = ref first;
        foreach (ref var o in span)
        {
            if (telling.Kind == ObservationKind.CutInside)
                telling = ref o;
        }

        var (start, end) = (telling.TcpSequence, telling.TcpSequence);
        foreach (ref var o in span)
        {
            if (!o.HasTcp())
                continue;
            if ((int)(o.TcpSequence - start) < 0)
                start = o.TcpSequence;
            var fin = o.TcpSequence + (uint)Retransmission.SegmentLength(o);
            if ((int)(fin - end) > 0)
                end = fin;
        }

        return new Transmission
        {
            Observations = observations,
            Hops = hops,
            Time = first.Time,
            Sequence = start,
            SegmentLength = (int)(end - start),
            TcpFlags = flags,
            Acknowledgment = telling.TcpAcknowledgment,
            PayloadLength = telling.PayloadLength,
            IsIcmpError = telling.Kind == ObservationKind.IcmpError,
            IsReply = isReply,
        };
    }
}
