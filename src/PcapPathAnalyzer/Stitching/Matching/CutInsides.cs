using PcapPathAnalyzer.Stitching.Building;
using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>
/// Finds, for a tunnel's packets of which the snap length left a length and hardly more, the packets that are inside: those of one length in
/// their order, as far from each other in time as most are. Where one of several was lost that followed
/// each other so fast that times tell nothing, none is chosen. Copies of one tunnel's packet, at the NICs of both nodes, stay together by its own identification.
/// </summary>
/// <param name="items">Where the observations are.</param>
/// <param name="at">Which of them each position is.</param>
/// <param name="set">Transmissions of which a whole copy was seen; takes the cut ones.</param>
/// <param name="tables">What the observations' numbers mean.</param>
/// <param name="doubt">What the clocks of two points may be wrong by.</param>
internal sealed class CutInsides(Observation[] items, int[] at, TransmissionSet set, ObservationTables tables, ClockDoubt doubt)
{
    // By length, and by place there, in order of time.
    private readonly Dictionary<int, Dictionary<HopKey, List<Slot>>> byLength = [];
    private readonly Dictionary<(int Head, int Length, ushort Offset), Piece> pieces = [];

    // From each place to the one that is looked at, whatever the length.
    private readonly Dictionary<HopKey, UsualDelay> usual = [];

    /// <summary>Gives cut packets to transmissions; each that is left begins one.</summary>
    /// <param name="cut">Their positions, in order of time.</param>
    /// <returns>How many packets are left that may be of several transmissions.</returns>
    public int Attach(List<int> cut)
    {
        var units = Units(cut);
        // Place by place: segmentation offload may be between two NICs that show the tunnel.
        foreach (var here in units.SelectMany(static u => u.Copies.Select(k => (Unit: u, Copy: k))).GroupBy(c => tables.PlaceOf(items[at[c.Copy]].Point)))
        {
            var seen = here.DistinctBy(static c => c.Unit).ToList();
            FillSlots(seen.Max(c => items[at[c.Copy]].Length));
            foreach (var (unit, copy) in seen.Where(static c => c.Unit.Home >= 0))
            {
                if (pieces.TryGetValue((unit.Home, items[at[copy]].Length, 0), out var piece))
                    piece.Left--;
            }

            NoteDelays(seen);
            foreach (var alike in seen.Where(static c => c.Unit.Home < 0).GroupBy(c => items[at[c.Copy]].Length))
                AttachInOrder(alike.Key, [.. alike]);
        }

        foreach (var unit in units)
            set.Put(unit.Home, unit.Copies);
        return units.Count(static u => u is { Home: < 0, Fitting: not null });
    }

    private void NoteDelays(List<(Unit Unit, int Copy)> seen)
    {
        usual.Clear();
        var times = seen.GroupBy(c => items[at[c.Copy]].Length).ToDictionary(static g => g.Key, g => g.Select(Time).ToList());
        var here = tables.Points[items[at[seen[0].Copy]].Point];
        foreach (var place in byLength.SelectMany(static l => l.Value.Select(p => (Length: l.Key, Place: p.Key, Slots: p.Value))).GroupBy(static p => p.Place))
        {
            var alike = place.Where(p => times.ContainsKey(p.Length)).Select(p => (p.Slots.ConvertAll(static s => s.Time), times[p.Length])).ToList();
            usual.Add(place.Key, (alike.Count == 0 ? null : UsualDelay.Between(alike, doubt(tables.Points[place.Key.Point], here, Time(seen[0]), Time(seen[^1])))) ?? UsualDelay.OfOthers);
        }
    }

    // The same node's places are asked first, of them those that most are just behind, and of these the one that saw as many packets of that length and is
    // nearest: what was lost was lost elsewhere.
    private void AttachInOrder(int length, List<(Unit Unit, int Copy)> units)
    {
        if (!byLength.TryGetValue(length, out var places))
            return;
        var count = units.Count;
        var times = units.ConvertAll(Time);
        var clock = ClockOf(units);
        foreach (var (place, slots, _) in places.Select(p => (Place: p.Key, Slots: p.Value, Distance: Distance(p.Value, times)))
            .OrderBy(p => !IsOn(clock, p.Place)).ThenBy(static p => p.Distance > OrderedPairs.Apart).ThenBy(p => Math.Abs(p.Slots.Count - count)).ThenBy(static p => p.Distance)
            .ThenBy(static p => p.Slots[0].Time).ThenBy(static p => p.Slots[0].Piece.Head))
        {
            var free = slots.FindAll(static s => s.Piece.Left > 0);
            var pairs = OrderedPairs.Of(free.ConvertAll(static s => s.Time), units.ConvertAll(Time), usual[place]);
            for (var u = 0; u < units.Count; u++)
            {
                var unit = units[u].Unit;
                var (best, first, last, mayBeNone) = pairs[u];
                if (best < 0 || free[best].Piece is not { Left: > 0 } piece || !MayBe(units[u].Copy, piece.Head) || Math.Abs(Time(units[u]) - free[best].Time) > TransmissionMatcher.Lifetime)
                    continue;
                var fitting = free.GetRange(first, last - first + 1).ConvertAll(static s => s.Piece);
                if (mayBeNone || fitting.Exists(p => p != piece))
                {
                    unit.Fitting ??= fitting;
                    continue;
                }

                // Where those are that fit elsewhere, too, it is chance that here but one does.
                if (unit.Fitting is { } others && others.Contains(piece) && slots.Exists(s => s.Piece != piece && others.Contains(s.Piece)))
                    continue;
                unit.Home = piece.Head;
                piece.Left--;
            }

            units = units.FindAll(static c => c.Unit.Home < 0);
            if (units.Count == 0)
                break;
        }
    }

    private string ClockOf(List<(Unit Unit, int Copy)> seen) => tables.Points[items[at[seen[0].Copy]].Point].Clock;

    private bool IsOn(string clock, in HopKey place) => tables.Points[place.Point].Clock == clock;

    // Of as many here as there, in order; else to the nearest.
    private static long Distance(List<Slot> slots, List<long> times)
    {
        var seen = slots.ConvertAll(static s => s.Time);
        var delays = (seen.Count == times.Count ? times.Zip(seen, static (t, s) => t - s) : OrderedPairs.NearestDelays(seen, times)).Order().ToList();
        return Math.Abs(delays[delays.Count / 2]);
    }

    // One tunnel's packet wherever it was seen.
    private List<Unit> Units(List<int> cut)
    {
        var units = new List<Unit>();
        var latest = new Dictionary<(uint Identification, int Length, int Tunnel), Unit>();
        foreach (var k in cut)
        {
            ref readonly var o = ref items[at[k]];
            var key = (o.Identification, o.Length, o.Tunnel);
            if (latest.TryGetValue(key, out var unit) && o.HasIdentification() && o.Time - items[at[unit.Copies[^1]]].Time < TransmissionMatcher.Lifetime)
            {
                unit.Copies.Add(k);
                continue;
            }

            units.Add(latest[key] = new Unit());
            units[^1].Copies.Add(k);
        }

        return units;
    }

    // What is longer than the longest of the tunnel's packets was taken apart.
    private void FillSlots(int longest)
    {
        byLength.Clear();
        pieces.Clear();
        foreach (var head in set.Heads)
        {
            for (var k = head; k >= 0; k = set.Next(k))
            {
                ref readonly var o = ref items[at[k]];
                Add(o.Length, head, o, 1);
                var inside = Insides.InsidePacket.Of(o);
                if (o.Kind == ObservationKind.Fragment || inside.Segments(longest) is not (> 1 and var segments))
                    continue;
                var last = inside.LastSegment(longest);
                Add(longest, head, o, last == longest ? segments : segments - 1);
                if (last != longest)
                    Add(last, head, o, 1);
            }
        }

        foreach (var list in byLength.Values.SelectMany(static p => p.Values))
            list.Sort(static (a, b) => a.Time != b.Time ? a.Time.CompareTo(b.Time) : a.Piece.Head.CompareTo(b.Piece.Head));
    }

    private void Add(int length, int head, in Observation o, int times)
    {
        if (!byLength.TryGetValue(length, out var places))
            byLength.Add(length, places = []);
        var key = PathOrder.Key(o, tables);
        if (!places.TryGetValue(key, out var list))
            places.Add(key, list = []);
        if (!pieces.TryGetValue((head, length, o.FragmentOffset), out var piece))
            pieces.Add((head, length, o.FragmentOffset), piece = new Piece(head));
        // A frame captured twice is one.
        if (list.Count > 0 && list[^1].Piece == piece)
            return;
        piece.Left = Math.Max(piece.Left, times);
        for (var i = 0; i < times; i++)
            list.Add(new Slot(o.Time, piece));
    }

    private bool MayBe(int copy, int head)
    {
        ref readonly var cut = ref items[at[copy]];
        ref readonly var o = ref items[at[head]];
        return cut.InsideIdentification == 0 || cut.InsideIdentification == o.Identification || o.Length > cut.Length;
    }

    private long Time((Unit Unit, int Copy) seen) => items[at[seen.Copy]].Time;

    /// <summary>A tunnel's packet.</summary>
    private sealed class Unit
    {
        /// <summary>Positions of what was seen of it.</summary>
        public List<int> Copies { get; } = new(2);

        /// <summary>The head of the transmission that is inside; -1 while that is not known.</summary>
        public int Home { get; set; } = -1;

        /// <summary>What its time fits where that tells nothing surely; null where it does, or nothing fits.</summary>
        public List<Piece>? Fitting { get; set; }
    }

    /// <summary>A sighting of a packet, or of a segment that it becomes.</summary>
    private readonly record struct Slot(long Time, Piece Piece);

    /// <summary>What is inside one of the tunnel's packets, or several where it is segments of one length.</summary>
    private sealed class Piece(int head)
    {
        public int Head { get; } = head;

        public int Left { get; set; }
    }
}
