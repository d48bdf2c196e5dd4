namespace PcapPathAnalyzer.Stitching;

/// <summary>
/// Joins what segmentation offload took apart: a super-segment at one point (TSO, GRO) and the segments that carry its
/// bytes at another. They share bytes of the stream and the timestamp option, and no point saw the same bytes twice.
/// </summary>
internal static class SegmentMerger
{
    public static void Merge(ObservationStore store, ClockTable clocks, List<List<int>> transmissions)
    {
        var data = new List<Piece>();
        foreach (var t in transmissions)
        {
            ref var o = ref store[t[0]];
            if (o.Kind == ObservationKind.Packet && o.IsTcpData())
                data.Add(new Piece(t, o.TcpSequence, o.TcpSequence + (uint)o.PayloadLength, o.HasTcpTimestamp() ? o.TcpTimestamp : 0, clocks.Corrected(o)));
        }

        if (data.Count < 2)
            return;
        // Sequence numbers wrap: order relative to the first.
        var origin = data[0].Start;
        data.Sort((a, b) => ((int)(a.Start - origin)).CompareTo((int)(b.Start - origin)) is var c and not 0 ? c : a.Time.CompareTo(b.Time));
        if (!BordersDiffer(data))
            return;
        var dissolved = new HashSet<List<int>>();
        var live = new List<Piece>();
        foreach (var piece in data)
        {
            live.RemoveAll(p => (int)(p.End - piece.Start) <= 0);
            var grown = piece;
            for (var k = live.Count - 1; k >= 0; k--)
            {
                if (!SameTransmission(store, live[k], grown))
                    continue;
                var other = live[k];
                live.RemoveAt(k);
                other.Observations.AddRange(grown.Observations);
                dissolved.Add(grown.Observations);
                grown = other with { End = (int)(other.End - grown.End) > 0 ? other.End : grown.End };
            }

            live.Add(grown);
        }

        transmissions.RemoveAll(dissolved.Contains);
    }

    // Without offloads every range of bytes is equal to, or apart from, every other.
    private static bool BordersDiffer(List<Piece> sorted)
    {
        var (start, end) = (sorted[0].Start, sorted[0].End);
        foreach (var piece in sorted)
        {
            if ((int)(end - piece.Start) > 0 && (piece.Start != start || piece.End != end))
                return true;
            (start, end) = (piece.Start, piece.End);
        }

        return false;
    }

    private static bool SameTransmission(ObservationStore store, in Piece a, in Piece b)
    {
        if (a.Timestamp != b.Timestamp || Math.Abs(a.Time - b.Time) > 5_000_000_000)
            return false;
        // Bytes seen twice at one place were sent twice.
        foreach (var i in b.Observations)
        {
            ref var o = ref store[i];
            foreach (var j in a.Observations)
            {
                ref var k = ref store[j];
                if (k.Point == o.Point && k.Tunnel == o.Tunnel && k.Ttl == o.Ttl && k.Tuple == o.Tuple && k.Heading == o.Heading
                    && (int)(k.TcpSequence + (uint)k.PayloadLength - o.TcpSequence) > 0 && (int)(o.TcpSequence + (uint)o.PayloadLength - k.TcpSequence) > 0)
                    return false;
            }
        }

        return true;
    }

    private readonly record struct Piece(List<int> Observations, uint Start, uint End, uint Timestamp, long Time);
}
