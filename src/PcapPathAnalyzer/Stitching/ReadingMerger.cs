using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Stitching;

/// <summary>
/// Brings the files' own numbers for tuples, tunnels, capture points and legs to common ones, file by file in their order,
/// so that the result does not depend on which was read first.
/// </summary>
internal sealed class ReadingMerger
{
    private readonly ObservationTables tables = new();
    private readonly List<Leg> legs = [];
    private readonly Dictionary<(int Canonical, uint Number, LegKind Kind), Leg> byKey = [];
    private readonly Dictionary<int, List<Leg>> byTuple = [];
    private readonly Dictionary<FragmentKey, int> firstFragments = [];

    public static Observations Merge(IReadOnlyList<CaptureReading> readings)
    {
        var merger = new ReadingMerger();
        var numbers = readings.Select(merger.Number).ToList();
        foreach (var (reading, map) in readings.Zip(numbers))
            merger.MergeLegs(reading, map, opened: true);
        // Only now all handshakes are known, and what was met in the middle can be given to the connection it continues.
        foreach (var (reading, map) in readings.Zip(numbers))
            merger.MergeLegs(reading, map, opened: false);
        return new Observations(merger.tables, merger.legs, readings, numbers, merger.byTuple, merger.firstFragments);
    }

    private ReadingNumbers Number(CaptureReading reading)
    {
        var first = tables.Points.Count;
        foreach (var point in reading.Tables.Points)
        {
            point.Index = tables.Points.Count;
            tables.Points.Add(point);
        }

        var map = new ReadingNumbers(
            first,
            Map(reading.Tables.Tuples.Count, i => tables.Tuples.Add(reading.Tables.Tuples[i])),
            Map(reading.Tables.Tunnels, tables.Tunnels),
            Map(reading.Tables.Macs, tables.Macs),
            new int[reading.Legs.Count]);
        foreach (var (key, tuple) in reading.FirstFragments)
            firstFragments.TryAdd(key, map.Tuples[tuple]);
        return map;
    }

    private static int[] Map<T>(Interner<T> from, Interner<T> to)
        where T : struct, IEquatable<T> => Map(from.Count, i => to.Add(from[i]));

    private static int[] Map(int count, Func<int, int> number)
    {
        var map = new int[count];
        for (var i = 0; i < map.Length; i++)
            map[i] = number(i);
        return map;
    }

    private void MergeLegs(CaptureReading reading, ReadingNumbers map, bool opened)
    {
        var clock = reading.Tables.Points.Count > 0 ? reading.Tables.Points[0].Clock : "";
        for (var i = 0; i < reading.Legs.Count; i++)
        {
            var local = reading.Legs.Legs[i];
            if (local.Kind == LegKind.Opened != opened)
                continue;
            var (forward, reverse) = (map.Tuples[local.Forward], map.Tuples[local.Reverse]);
            var leg = (local.Kind == LegKind.Middle ? Continued(local, map.Tuples[local.FirstTuple], Math.Min(forward, reverse)) : null) ?? GetOrAdd(local, forward, reverse);
            if (local.IsDirectionCertain)
                leg.Settle(forward);
            else
                leg.Vote(forward, local.Votes);
            leg.Note(clock, local);
            leg.NoteHandshake(local);
            map.Legs[i] = leg.Index;
        }

        if (opened)
            return;
        foreach (var (key, local) in reading.LaterFragments)
        {
            if (!firstFragments.ContainsKey(key))
                GetOrAdd(local, map.Tuples[local.Forward], map.Tuples[local.Reverse]).Note(clock, local);
        }
    }

    // Packets met before any SYN at some point (a capture that began late there, or reordering) belong to the connection
    // whose sequence numbers they continue most closely.
    private Leg? Continued(in LocalLeg local, int firstTuple, int canonical)
    {
        const uint window = 1u << 30;
        Leg? best = null;
        var distance = window;
        foreach (var leg in byTuple.GetValueOrDefault(canonical) ?? [])
        {
            if (leg.InitialSequence is not { } isn)
                continue;
            var fromClient = firstTuple == leg.Forward ? local.FirstSequence : local.FirstAcknowledgment;
            if (fromClient - isn < distance)
                (best, distance) = (leg, fromClient - isn);
        }

        return best;
    }

    private Leg GetOrAdd(in LocalLeg local, int forward, int reverse)
    {
        var canonical = Math.Min(forward, reverse);
        var key = (canonical, local.Number, local.Kind);
        if (byKey.TryGetValue(key, out var leg))
            return leg;
        leg = new Leg(legs.Count, forward, reverse) { InitialSequence = local.Kind == LegKind.Opened ? local.Number : null };
        legs.Add(leg);
        byKey.Add(key, leg);
        if (byTuple.TryGetValue(canonical, out var list))
            list.Add(leg);
        else
            byTuple.Add(canonical, [leg]);
        return leg;
    }
}

/// <summary>The common number of each of a file's own.</summary>
internal sealed record ReadingNumbers(int FirstPoint, int[] Tuples, int[] Tunnels, int[] Macs, int[] Legs);
