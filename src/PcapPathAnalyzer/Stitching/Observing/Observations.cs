using PcapPathAnalyzer.Stitching.Insides;
using PcapPathAnalyzer.Stitching.Legs;
using PcapPathAnalyzer.Stitching.Trails;

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
    private readonly IReadOnlyList<ReadingNumbers> maps = numbers;
    private readonly int[] fileOfPoint = [.. readings.SelectMany((_, file) => Enumerable.Repeat(file, PointsOf(numbers, file, tables)))];

    public ObservationTables Tables { get; } = tables;

    /// <summary>By their index.</summary>
    public List<Leg> Legs { get; } = legs;

    /// <summary>Whose the tunnels' packets are that the snap length cut; null while that is not known, or there are none.</summary>
    public InsideTable? Insides { get; set; }

    public int Files => readings.Count;

    public long Count => readings.Sum(r => r.Count);

    /// <summary>How many trails a file has.</summary>
    public int Trails(int file) => readings[file].Records.Trails.Length;

    /// <summary>A trail of a file, by common numbers.</summary>
    public Trail Trail(TrailNumber number)
    {
        var map = maps[number.File];
        var own = readings[number.File].Records.Trails[number.Trail];
        return own with
        {
            Leg = map.Legs[own.Leg],
            Tuple = map.Tuples[own.Tuple],
            Tunnel = map.Tunnels[own.Tunnel],
            Macs = map.Macs[own.Macs],
            Point = (ushort)(own.Point + map.FirstPoint),
        };
    }

    /// <summary>The leg of a trail: all that most are asked for.</summary>
    public int LegOf(TrailNumber number) => maps[number.File].Legs[readings[number.File].Records.Trails[number.Trail].Leg];

    /// <summary>The packets of a trail; parameters as <see cref="FileRecords.Read"/> has them.</summary>
    public Memory<PacketRecord> Read(TrailNumber number, int most, SpillWindows windows, Func<int, Memory<PacketRecord>> take) =>
        readings[number.File].Records.Read(number.Trail, most, windows, take);

    /// <summary>As <see cref="FileRecords.NoteReader"/>.</summary>
    public void NoteReader(TrailNumber number, int partition) => readings[number.File].Records.NoteReader(number.Trail, partition);

    /// <summary>As <see cref="FileRecords.Pass"/>, of all files.</summary>
    public void Pass(int partition)
    {
        foreach (var reading in readings)
            reading.Records.Pass(partition);
    }

    /// <summary>The file that a capture point is of, from 0.</summary>
    public int FileOf(int point) => fileOfPoint[point];

    /// <summary>Hands out all observations of some legs, of one file: trail by trail, then those that are on none.</summary>
    /// <param name="file">From 0.</param>
    /// <param name="isWanted">By the legs' index.</param>
    /// <param name="take">Gets them one by one.</param>
    public void ForEach(int file, bool[] isWanted, Action<Observation> take)
    {
        var windows = new SpillWindows();
        var memory = Array.Empty<PacketRecord>();
        for (var t = 0; t < Trails(file); t++)
        {
            var number = new TrailNumber(file, t);
            if (!isWanted[LegOf(number)])
                continue;
            var trail = Trail(number);
            foreach (ref readonly var record in Read(number, int.MaxValue, windows, Take).Span)
                take(record.On(trail));
        }

        ForEachSingle(file, consume: false, block =>
        {
            foreach (ref readonly var o in block)
            {
                if (o.Leg >= 0 && isWanted[o.Leg])
                    take(o);
            }
        });

        Memory<PacketRecord> Take(int count)
        {
            if (memory.Length < count)
                memory = new PacketRecord[Math.Max(count, memory.Length * 2)];
            return memory.AsMemory(0, count);
        }
    }

    /// <summary>Hands out copies of a file's observations that are on no trail, in their order, block by block, by common numbers.</summary>
    /// <param name="file">From 0.</param>
    /// <param name="consume">True when this is the last time: memory is given back on the way.</param>
    /// <param name="take">Gets a block, some of which may have no leg.</param>
    public void ForEachSingle(int file, bool consume, Action<Span<Observation>> take)
    {
        var copy = Array.Empty<Observation>();
        var map = maps[file];
        readings[file].Singles.ForEach(consume, block =>
        {
            if (copy.Length < block.Length)
                copy = new Observation[block.Length];
            var span = copy.AsSpan(0, block.Length);
            block.CopyTo(span);
            foreach (ref var o in span)
                Translate(ref o, map);
            take(span);
        });
    }

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
        else if (o.Kind == ObservationKind.CutInside)
        {
            o.InsideTuple = map.Tuples[o.InsideTuple];
            Insides?.Settle(ref o);
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

    private static int PointsOf(IReadOnlyList<ReadingNumbers> numbers, int file, ObservationTables tables) =>
        (file + 1 < numbers.Count ? numbers[file + 1].FirstPoint : tables.Points.Count) - numbers[file].FirstPoint;
}

/// <summary>A trail among those of all files.</summary>
/// <param name="File">From 0.</param>
/// <param name="Trail">Its number in the file.</param>
internal readonly record struct TrailNumber(int File, int Trail);
