using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>
/// Tells equal packets without identification apart, as heartbeats are, and questions that a resolver asks again: by their times. On one clock a packet is where
/// it goes next a moment later; from one node to another as much later as the clocks may be wrong, and no guess is made where that is more than what lies between two of them.
/// </summary>
internal sealed class AlikePackets(ObservationTables tables, ClockDoubt doubt)
{
    /// <summary>Two equal copies at one place closer than this go the way together: a capture may have a packet twice; nanoseconds.</summary>
    private const long Moment = OrderedPairs.Apart;

    /// <summary>Of more sightings of equal packets, a flood, the first that comes is taken for the first that was sent.</summary>
    private const int Most = 200_000;

    private readonly HashSet<AlikePlace> places = [];
    private readonly List<AlikePass> alone = [];
    private Observation[] items = [];
    private int[] at = [];

    /// <summary>Sightings of what was told last that may be of several, and are by themselves.</summary>
    public int Undecided { get; private set; }

    /// <summary>Whether times must tell: some place has several, or places have them far apart, and the packets are nothing but equal.</summary>
    /// <param name="observations">Where the observations are.</param>
    /// <param name="indices">Which of them each position is.</param>
    /// <param name="copies">Positions of equal packets, at least one, in order of time.</param>
    public bool MustTell(Observation[] observations, int[] indices, List<int> copies)
    {
        (items, at) = (observations, indices);
        ref readonly var first = ref items[at[copies[0]]];
        if (copies.Count is < 2 or > Most || first.HasIdentification() || first.Kind != ObservationKind.Packet || first.IsNumbered(tables))
            return false;
        if (items[at[copies[^1]]].Time - first.Time > UsualDelay.Queued)
            return true;
        places.Clear();
        return copies.Exists(k => !places.Add(PlaceOf(k)));
    }

    /// <summary>Groups equal packets.</summary>
    /// <param name="observations">Where the observations are.</param>
    /// <param name="indices">Which of them each position is.</param>
    /// <param name="copies">Positions, in order of time.</param>
    /// <param name="set">Has the transmissions that some of them may be of.</param>
    /// <param name="heads">Those transmissions.</param>
    /// <returns>Passes, of new transmissions and of those.</returns>
    public IEnumerable<AlikePass> Tell(Observation[] observations, int[] indices, List<int> copies, TransmissionSet set, List<int> heads)
    {
        (items, at, Undecided) = (observations, indices, 0);
        alone.Clear();
        var known = heads.ConvertAll(h => PassOf(h, set));
        // What only begins alike is told apart by the rest; what the snap length left no more of may be any.
        var whole = copies.Where(k => items[at[k]].WholeHash != 0).GroupBy(k => items[at[k]].WholeHash).Select(static w => w.ToList()).ToList();
        if (known.Count > 0 || whole.Count < 2)
            whole = [copies];
        else if (copies.FindAll(k => items[at[k]].WholeHash == 0) is { Count: > 0 } rest)
            whole.Add(rest);
        var isApart = whole.Count > 1;
        var begun = new List<AlikePass>(known);
        foreach (var part in whole)
        {
            var ofAny = !isApart || items[at[part[0]]].WholeHash == 0 ? begun : [];
            Join(ofAny, part);
            if (!ReferenceEquals(ofAny, begun))
                begun.AddRange(ofAny);
        }

        return begun.Concat(alone);
    }

    // Node by node, those first that saw the most.
    private void Join(List<AlikePass> known, List<int> copies)
    {
        var byClock = copies.GroupBy(PlaceOf).Select(p => Passes([.. p])).GroupBy(static p => p[0].Clock, StringComparer.Ordinal);
        foreach (var node in byClock.OrderByDescending(static n => n.Max(p => p.Count)).ThenBy(static n => n.Key, StringComparer.Ordinal))
        {
            var here = new List<AlikePass>();
            foreach (var passes in node.OrderByDescending(static p => p.Count).ThenBy(static p => p[0].Time))
                Join(here, passes, node.Key);
            Join(known, here, node.Key);
        }
    }

    // The same clock is asked first, and of what it did not see the others.
    private void Join(List<AlikePass> known, List<AlikePass> more, string clock)
    {
        var (here, there) = (known.FindAll(p => p.TimeOn(clock) is not null), known.FindAll(p => p.TimeOn(clock) is null));
        var (left, shift) = Pair(here, more, clock);
        (left, _) = Pair(there, left, clock);
        foreach (var pass in left)
            pass.Advance(shift);
        known.AddRange(left);
    }

    // Says what is of none of them, and how much later than they they are as a rule.
    private (List<AlikePass> Left, long Shift) Pair(List<AlikePass> known, List<AlikePass> more, string clock)
    {
        if (known.Count == 0 || more.Count == 0)
            return (more, 0);
        known.Sort((a, b) => TimeOf(a).CompareTo(TimeOf(b)));
        var (sent, seen) = (known.ConvertAll(TimeOf), more.ConvertAll(static p => p.Time));
        var wrong = Doubt(known, more);
        if (Usual(sent, seen, wrong) is not { } usual)
        {
            Undecided += more.Count;
            alone.AddRange(more);
            return ([], 0);
        }

        var left = new List<AlikePass>();
        var pairs = OrderedPairs.Of(sent, seen, usual, wrong ?? 0);
        for (var j = 0; j < more.Count; j++)
        {
            if (pairs[j].IsUndecided)
            {
                Undecided++;
                alone.Add(more[j]);
            }
            else if (pairs[j].Best is >= 0 and var best && Math.Abs(seen[j] - sent[best]) <= TransmissionMatcher.Lifetime)
            {
                known[best].Absorb(more[j]);
            }
            else
            {
                left.Add(more[j]);
            }
        }

        return (left, wrong == 0 && usual != UsualDelay.OfOthers ? usual.Middle : 0);

        long TimeOf(AlikePass pass) => pass.TimeOn(clock) ?? pass.Time;
    }

    // On one clock, what nothing speaks for is not so. Of one here and one there, all that nodes saw of their kind, the one is the other, however long it was under way.
    private static UsualDelay? Usual(List<long> sent, List<long> seen, long? wrong) =>
        UsualDelay.Between([(sent, seen)], wrong) ?? (wrong == 0 ? UsualDelay.OfOthers : sent.Count == 1 && seen.Count == 1 ? UsualDelay.OfOthers with { Middle = seen[0] - sent[0] } : null);

    // A place's copies, two of one moment as one; of a burst each by itself.
    private List<AlikePass> Passes(List<int> copies)
    {
        var passes = new List<AlikePass>();
        var clock = tables.Points[items[at[copies[0]]].Point].Clock;
        for (var i = 0; i < copies.Count; i++)
        {
            passes.Add(new AlikePass(clock, Time(i), [copies[i]]));
            if (IsClose(i) && !IsClose(i - 1) && !IsClose(i + 1))
                passes[^1].Sightings[0].Add(copies[++i]);
        }

        return passes;

        long Time(int i) => items[at[copies[i]]].Time;

        bool IsClose(int i) => i >= 0 && i + 1 < copies.Count && Time(i + 1) - Time(i) < Moment;
    }

    private AlikePass PassOf(int head, TransmissionSet set)
    {
        var pass = new AlikePass(ClockOf(head), items[at[head]].Time, [head]) { Head = head };
        for (var k = set.Next(head); k >= 0; k = set.Next(k))
            pass.See(ClockOf(k), items[at[k]].Time);
        return pass;
    }

    // Of any two clocks.
    private long? Doubt(List<AlikePass> known, List<AlikePass> more)
    {
        var there = PointOf(more[0]);
        if (known[0].TimeOn(there.Clock) is not null)
            return 0;
        var (first, last) = (Math.Min(known[0].Time, more[0].Time), Math.Max(known[^1].Time, more[^1].Time));
        var most = 0L;
        foreach (var here in known.DistinctBy(static p => p.Clock).Select(PointOf))
            most = Math.Max(most, doubt(here, there, first, last) ?? long.MaxValue);
        return most == long.MaxValue ? null : most;
    }

    private string ClockOf(int k) => tables.Points[items[at[k]].Point].Clock;

    private CapturePoint PointOf(AlikePass pass) => tables.Points[items[at[pass.Sightings[0][0]]].Point];

    private AlikePlace PlaceOf(int k)
    {
        ref readonly var o = ref items[at[k]];
        return new AlikePlace(tables.PlaceOf(o.Point), o.Tuple, o.Tunnel, o.Macs, o.Ttl, o.Heading);
    }

    /// <summary>What <see cref="ObservationFacts.IsWhereAlso"/> compares, and the addresses of the frame.</summary>
    private readonly record struct AlikePlace(int Place, int Tuple, int Tunnel, int Macs, byte Ttl, PacketHeading Heading);
}
