using PcapPathAnalyzer.Stitching.Legs;

namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>All observations of a bundle, by common numbers, and the legs they belong to.</summary>
internal sealed class Observations(
    ObservationTables tables,
    List<Leg> legs,
    IReadOnlyList<CaptureReading> readings,
    IReadOnlyList<ReadingNumbers> numbers,
    LegsByNumber byTuple,
    Dictionary<FragmentKey, int> firstFragments)
{
    private IReadOnlyList<ReadingNumbers> maps = numbers;

    public ObservationTables Tables { get; } = tables;

    /// <summary>By their index.</summary>
    public List<Leg> Legs { get; } = legs;

    public int Files => readings.Count;

    public long Count => readings.Sum(r => r.Observations.Count);

    /// <summary>Hands out copies of one file's observations in their order, block by block, by common numbers.</summary>
    /// <param name="file">From 0.</param>
    /// <param name="consume">True when this is the last time: memory is given back on the way.</param>
    public void ForEach(int file, bool consume, Action<Span<Observation>> take) => ForEach(file, consume, block =>
    {
        take(block);
        return true;
    });

    /// <summary>As above, until <paramref name="take"/> says that it has enough.</summary>
    public void ForEach(int file, bool consume, Func<Span<Observation>, bool> take)
    {
        var copy = new Observation[BlockPool.BlockSize];
        var map = maps[file];
        readings[file].Observations.ForEach(consume, block =>
        {
            var span = copy.AsSpan(0, block.Length);
            block.CopyTo(span);
            foreach (ref var o in span)
                Translate(ref o, map);
            return take(span);
        });
    }

    /// <summary>All observations were handed out for the last time.</summary>
    public void ForgetFiles() => maps = [];

    private void Translate(ref Observation o, ReadingNumbers map)
    {
        o.Point += (ushort)map.FirstPoint;
        o.Tuple = map.Tuples[o.Tuple];
        o.Tunnel = map.Tunnels[o.Tunnel];
        o.Macs = map.Macs[o.Macs];
        if (o.Leg >= 0)
            o.Leg = map.Legs[o.Leg];
        if (o.Kind == ObservationKind.Packet)
            return;
        if (o.Kind == ObservationKind.IcmpError)
        {
            o.QuotedTuple = map.Tuples[o.QuotedTuple];
            if (o.Leg < 0)
                o.Leg = LegAt(o, o.QuotedTuple);
        }
        else if (o.FragmentOffset != 0)
        {
            // Later fragments carry no ports: they take those of the first.
            if (firstFragments.TryGetValue(FragmentKey.Of(Tables.Tuples[o.Tuple], o.Identification), out var whole))
                o.Tuple = whole;
            o.Leg = LegAt(o, o.Tuple);
        }
    }

    // The connection between these endpoints that was there at the time: the last that had begun.
    private int LegAt(in Observation o, int tuple)
    {
        var best = byTuple.First(Math.Min(tuple, Tables.Tuples.Find(Tables.Tuples[tuple].Reversed)));
        var clock = Tables.Points[o.Point].Clock;
        var begun = long.MinValue;
        for (var leg = best; leg is not null; leg = byTuple.After(leg))
        {
            foreach (var span in leg.Spans)
            {
                if (span.Clock == clock && span.First <= o.Time && span.First > begun)
                    (best, begun) = (leg, span.First);
            }
        }

        return best?.Index ?? -1;
    }
}
