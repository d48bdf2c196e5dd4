using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>
/// Joins what segmentation offload took apart: a super-segment at one point (TSO, GRO) and the segments that carry its
/// bytes at another. They share bytes of the stream and the timestamp option, and no point saw the same bytes twice.
/// </summary>
internal sealed class SegmentMerger(ObservationTables tables)
{
    private const long Lifetime = 5_000_000_000;
    private readonly List<Piece> data = [];
    private readonly List<Piece> live = [];
    private readonly HashSet<int> dissolved = [];
    private Observation[] items = [];
    private int[] at = [];

    public void Merge(Observation[] observations, int[] indices, TransmissionSet set)
    {
        (items, at) = (observations, indices);
        data.Clear();
        foreach (var head in set.Heads)
        {
            ref var o = ref items[at[head]];
            if (o.Kind == ObservationKind.Packet && o.IsTcpData())
                data.Add(new Piece(head, o.TcpSequence, o.TcpSequence + (uint)o.PayloadLength, o.TcpTimestamp, o.Time));
        }

        if (data.Count < 2)
            return;
        // Sequence numbers wrap: order relative to the first.
        var origin = data[0].Start;
        data.Sort((a, b) => ((int)(a.Start - origin)).CompareTo((int)(b.Start - origin)) is var c and not 0 ? c : a.Time.CompareTo(b.Time));
        if (!BordersDiffer())
            return;
        live.Clear();
        dissolved.Clear();
        for (var i = 0; i < data.Count; i++)
        {
            var piece = data[i];
            live.RemoveAll(p => (int)(p.End - piece.Start) <= 0);
            var grown = piece;
            // The nearest first: a super-segment that was sent again has the same bytes, later.
            live.Sort((a, b) => Math.Abs(b.Time - piece.Time).CompareTo(Math.Abs(a.Time - piece.Time)));
            for (var k = live.Count - 1; k >= 0; k--)
            {
                if (!SameTransmission(set, live[k], grown) || HasNearer(set, i, live[k]))
                    continue;
                var other = live[k];
                live.RemoveAt(k);
                // The earlier of the two names the transmission.
                var (keep, gone) = items[at[grown.Head]].Time < items[at[other.Head]].Time ? (grown.Head, other.Head) : (other.Head, grown.Head);
                set.Absorb(keep, gone);
                dissolved.Add(gone);
                grown = other with { Head = keep, End = (int)(other.End - grown.End) > 0 ? other.End : grown.End };
            }

            live.Add(grown);
        }

        set.Keep(h => !dissolved.Contains(h));
    }

    // Without offloads every range of bytes is equal to, or apart from, every other.
    private bool BordersDiffer()
    {
        var (start, end) = (data[0].Start, data[0].End);
        foreach (var piece in data)
        {
            if ((int)(end - piece.Start) > 0 && (piece.Start != start || piece.End != end))
                return true;
            (start, end) = (piece.Start, piece.End);
        }

        return false;
    }

    // Of bytes that were sent again there are two super-segments, or two segments: what is much nearer in time, however clocks are wrong, is the right one.
    private bool HasNearer(TransmissionSet set, int piece, in Piece other)
    {
        const int much = 8;
        var (p, distance) = (data[piece], Math.Abs(data[piece].Time - other.Time) / much);
        for (var i = piece + 1; i < data.Count && data[i].Start == p.Start; i++)
        {
            if (IsNearer(data[i], other))
                return true;
        }

        for (var i = piece - 1; i >= 0 && data[i].Start == p.Start; i--)
        {
            if (IsNearer(data[i], other))
                return true;
        }

        return false;

        bool IsNearer(in Piece third, in Piece second) =>
            third.Head != second.Head && !dissolved.Contains(third.Head) && Math.Abs(third.Time - p.Time) < distance && SameTransmission(set, third, p) && !SameTransmission(set, third, second);
    }

    private bool SameTransmission(TransmissionSet set, in Piece a, in Piece b)
    {
        if (a.Timestamp != b.Timestamp || Math.Abs(a.Time - b.Time) > Lifetime)
            return false;
        // Bytes seen twice at one place were sent twice.
        for (var i = b.Head; i >= 0; i = set.Next(i))
        {
            ref var o = ref items[at[i]];
            for (var j = a.Head; j >= 0; j = set.Next(j))
            {
                ref var k = ref items[at[j]];
                if (k.IsWhereAlso(o, tables)
                    && (int)(k.TcpSequence + (uint)k.PayloadLength - o.TcpSequence) > 0 && (int)(o.TcpSequence + (uint)o.PayloadLength - k.TcpSequence) > 0)
                    return false;
            }
        }

        return true;
    }

    private readonly record struct Piece(int Head, uint Start, uint End, uint Timestamp, long Time);
}
