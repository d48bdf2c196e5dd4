using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Legs;

namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>
/// Brings the files' own numbers for tuples, tunnels, capture points and legs to common ones, file by file in their order,
/// so that the result does not depend on which was read first.
/// </summary>
internal sealed class ReadingMerger(FileNumbersPool? pool = null)
{
    /// <summary>What a node takes to hand a packet on; nanoseconds.</summary>
    private const long OnTheWay = 1_000_000;

    private readonly ObservationTables tables = new();
    private readonly List<Leg> legs = [];
    // A leg's number is that of its key, less one.
    private readonly Interner<LegKey> keys = new();
    private readonly Dictionary<FragmentKey, int> firstFragments = [];
    private readonly List<CaptureReading> readings = [];
    private readonly List<ReadingNumbers> numbers = [];
    private readonly List<NotOpened> waiting = [];
    private readonly EarlierConnections earlier = new();
    private LegsByNumber? found;

    private LegsByNumber ByTuple => found ??= new LegsByNumber(legs);

    public static Observations Merge(IEnumerable<CaptureReading> readings)
    {
        var merger = new ReadingMerger();
        foreach (var reading in readings)
            merger.Add(reading);
        return merger.Finish();
    }

    /// <summary>Takes the next file, in the files' order. Its own numbers are used up.</summary>
    public void Add(CaptureReading reading)
    {
        var own = reading.GiveUpNumbers();
        var map = Number(own);
        var clock = own.Tables.Points.Count > 0 ? own.Tables.Points[0].Clock : "";
        var others = new List<(int Index, LocalLeg Leg)>();
        for (var i = 0; i < own.Legs.Count; i++)
        {
            ref readonly var local = ref own.Legs.Legs[i];
            if (local.Kind == LegKind.Opened)
                map.Legs[i] = Join(clock, local, GetOrAdd(local, map), map);
            else
                others.Add((i, local));
        }

        if (others.Count > 0 || own.LaterFragments.Count > 0)
            waiting.Add(new NotOpened(clock, map, [.. own.Tables.Points], others, own.LaterFragments));
        readings.Add(reading);
        numbers.Add(map);
        pool?.Return(own);
    }

    /// <summary>All files were added. Only now all handshakes are known, and what was met in the middle can be given to the connection it continues.</summary>
    public Observations Finish()
    {
        tables.SharePlaces();
        NoteEarlier();
        // The parts of a rotated capture last, in order of time.
        var tunnels = Enumerable.Range(1, tables.Tunnels.Count - 1).Select(t => (tables.Tunnels[t].OuterSource, tables.Tunnels[t].OuterDestination)).ToHashSet();
        foreach (var (clock, map, points, others, laterFragments) in waiting.OrderBy(w => w.Points.Any(IsLaterPart) ? w.Points.Min(p => p.FirstTime.Nanoseconds) : long.MinValue))
        {
            var isLaterPart = points.Any(IsLaterPart);
            foreach (var (i, local) in others)
                map.Legs[i] = Join(clock, local, Continued(clock, local, map) ?? GetOrAdd(Whole(local), map), map, isLaterPart);
            foreach (var (key, local) in laterFragments)
            {
                // Between the ends of a tunnel they are nobody's flow.
                if (!firstFragments.ContainsKey(key) && !tunnels.Contains((key.Source, key.Destination)))
                    GetOrAdd(local, map).Note(clock, local);
            }
        }

        waiting.Clear();
        return new Observations(tables, legs, readings, numbers, ByTuple, firstFragments);
    }

    private ReadingNumbers Number(FileNumbers own)
    {
        var first = tables.Points.Count;
        foreach (var point in own.Tables.Points)
        {
            point.Index = tables.Points.Count;
            tables.Points.Add(point);
        }

        var map = new ReadingNumbers(
            first,
            Map(own.Tables.Tuples.Count, i => tables.Tuples.Add(own.Tables.Tuples[i])),
            Map(own.Tables.Tunnels, tables.Tunnels),
            Map(own.Tables.Macs, tables.Macs),
            new int[own.Legs.Count]);
        foreach (var (key, tuple) in own.FirstFragments)
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

    // Pauses tell connections apart where others show when these began. Where none does, and no number, one connection with pauses is one.
    private static LocalLeg Whole(in LocalLeg local) => local is { Kind: LegKind.Middle, HasFirstSequence: false } ? local with { Number = 0 } : local;

    private bool IsLaterPart(CapturePoint point) => tables.PlaceOf(point.Index) != point.Index;

    private static int Join(string clock, in LocalLeg local, Leg leg, ReadingNumbers map, bool isLaterPart = false)
    {
        var forward = Ends(local, map).Forward;
        if (local.IsDirectionCertain)
            leg.Settle(forward);
        else if (!isLaterPart || !leg.Spans.Exists(s => s.Clock == clock))
            leg.Vote(forward, local.Votes); // a part that begins in the middle does not show who spoke first
        leg.Note(clock, local);
        leg.NoteHandshake(local);
        return leg.Index;
    }

    // Packets met before any SYN at some point (a capture that began late there, or reordering) belong to the connection
    // whose sequence numbers they continue most closely.
    private Leg? Continued(string clock, in LocalLeg local, ReadingNumbers map)
    {
        if (local.Kind != LegKind.Middle)
            return null;
        const uint window = 1u << 30;
        if (!local.HasFirstSequence)
            return OnlyOpened(clock, local, map);
        Leg? best = null;
        var distance = window;
        var (firstTuple, canonical) = (map.Tuples[local.FirstTuple], Canonical(local, map));
        for (var leg = ByTuple.First(canonical); leg is not null; leg = ByTuple.After(leg))
        {
            if (leg.InitialSequence is not { } isn)
                continue;
            // The connection's first number is a SYN whose flags the snap length cut: what comes after it may have been lost, and sent again.
            var isSyn = firstTuple == leg.Forward && local.FirstSequence == isn;
            if (!isSyn && IsOpenedLater(leg, clock, local))
                continue;
            var streams = StreamNumbers.Of(local.FirstSequence, local.FirstAcknowledgment, firstTuple == leg.Forward);
            uint? sent = streams.Client == 0 ? null : streams.Client - isn;
            uint? received = streams.Server == 0 || leg.ServerSequence is not { } other ? null : streams.Server - other;
            if ((sent ?? received) is { } gone && gone < distance && (received ?? 0) < window && !earlier.HasNearer(canonical, leg, streams, gone))
                (best, distance) = (leg, gone);
        }

        return best;
    }

    private void NoteEarlier()
    {
        foreach (var (clock, map, _, others, _) in waiting)
        {
            foreach (var (_, local) in others)
            {
                if (local is { Kind: LegKind.Middle, HasFirstSequence: true })
                    earlier.Note(Canonical(local, map), map.Tuples[local.FirstTuple], clock, local, ByTuple);
            }
        }
    }

    private static int Canonical(in LocalLeg local, ReadingNumbers map) => Math.Min(map.Tuples[local.Forward], map.Tuples[local.Reverse]);

    // The same clock saw the connection begin after these packets: they are of an earlier one with its ports.
    private static bool IsOpenedLater(Leg leg, string clock, in LocalLeg local)
    {
        var at = leg.Spans.FindIndex(s => s.Clock == clock);
        return at >= 0 && EarlierConnections.IsLater(leg.Spans[at].First, local.FirstTime);
    }

    // The snap length left the ports and no sequence number: with these ports one connection was opened, or the node's clock
    // tells which was there then, or nobody can tell.
    private Leg? OnlyOpened(string clock, in LocalLeg local, ReadingNumbers map)
    {
        var (opened, then, meanwhile) = (new List<Leg>(1), new List<Leg>(1), new List<Leg>(1));
        for (var leg = ByTuple.First(Canonical(local, map)); leg is not null; leg = ByTuple.After(leg))
        {
            if (leg.InitialSequence is null || IsOpenedLater(leg, clock, local))
                continue;
            opened.Add(leg);
            if (IsThere(leg, clock, local, LegTracker.Pause))
                then.Add(leg);
            if (IsThere(leg, clock, local, OnTheWay))
                meanwhile.Add(leg);
        }

        return new[] { opened, meanwhile, then }.FirstOrDefault(static l => l.Count == 1)?[0];
    }

    private static bool IsThere(Leg leg, string clock, in LocalLeg local, long slack)
    {
        var (first, last) = (local.FirstTime - slack, local.LastTime + slack);
        return leg.Spans.Exists(s => s.Clock == clock && s.First <= last && s.Last >= first);
    }

    // Each side of a simultaneous open is the client where its SYN was seen first: for all files it is the side of the lower number.
    private static (int Forward, int Reverse, uint Number) Ends(in LocalLeg local, ReadingNumbers map)
    {
        var (forward, reverse) = (map.Tuples[local.Forward], map.Tuples[local.Reverse]);
        return local.IsSimultaneous && reverse < forward ? (reverse, forward, local.OtherSequence) : (forward, reverse, local.Number);
    }

    private Leg GetOrAdd(in LocalLeg local, ReadingNumbers map)
    {
        var (forward, reverse, initial) = Ends(local, map);
        var canonical = Math.Min(forward, reverse);
        var number = keys.Add(new LegKey(canonical, initial, local.Kind)) - 1;
        if (number < legs.Count)
            return legs[number];
        var leg = new Leg(number, forward, reverse) { InitialSequence = local.Kind == LegKind.Opened ? initial : null };
        legs.Add(leg);
        ByTuple.Add(canonical, leg);
        return leg;
    }

    // Legs that may continue one whose handshake another file has.
    private sealed record NotOpened(string Clock, ReadingNumbers Map, IReadOnlyList<CapturePoint> Points, List<(int Index, LocalLeg Leg)> Legs, Dictionary<FragmentKey, LocalLeg> LaterFragments);
}

/// <summary>The common number of each of a file's own.</summary>
internal sealed record ReadingNumbers(int FirstPoint, int[] Tuples, int[] Tunnels, int[] Macs, int[] Legs);
