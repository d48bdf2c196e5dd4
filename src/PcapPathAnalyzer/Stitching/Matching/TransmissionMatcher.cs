using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>
/// Finds, among the observations of one direction of one connection, those that are the same transmission. Times are on
/// the reference clock. One instance serves one thread; its memory is used again.
/// </summary>
/// <param name="tables">What the observations' numbers mean.</param>
/// <param name="clocks">How far times of two nodes can be compared; without it they are not.</param>
internal sealed class TransmissionMatcher(ObservationTables tables, ClockTable? clocks = null)
{
    /// <summary>Longest stay in the network of one packet: beyond it an equal packet is another one.</summary>
    internal const long Lifetime = 10_000_000_000;

    /// <summary>Equal copies at one place within this time are one packet seen twice; a retransmission comes no sooner (TCP_RTO_MIN is 200 ms, a tail loss probe needs a round trip).</summary>
    internal const long Echo = 1_000_000;

    /// <summary>A packet of which nothing was seen for this long is not under way any more where an equal one was sent after it.</summary>
    private const long Lost = 50_000_000;

    /// <summary>Equal packets that are under way at once; of more, the oldest are given up.</summary>
    private const int MaxOpen = 64;

    private readonly SegmentMerger segments = new(tables);
    private readonly DatagramMerger datagrams = new(tables);
    private readonly FragmentIdentities fragments = new(tables);
    private readonly CutSegments superSegments = new(tables);
    private readonly CapturedTwice twice = new(tables);
    private readonly AlikePackets? alike = clocks is null ? null : new(tables, DoubtOf(clocks));
    private readonly ClockDoubt doubt = DoubtOf(clocks);
    private readonly List<int> cut = [];
    private readonly List<int> inside = [];
    private readonly List<int> open = [];
    private readonly List<int> copies = [];
    private int[] slots = new int[128];
    private ulong[] keys = new ulong[64];
    private int[] nextCopy = new int[64];
    private int[] lastCopy = new int[64];
    private Observation[] items = [];
    private int[] at = [];

    public TransmissionSet Set { get; } = new();

    /// <summary>Packets of the last match that may be the one before, captured again.</summary>
    public int MayBeTwice => twice.Undecided;

    /// <summary>Sightings of the last match, equal or cut by the snap length, that may be of several transmissions and were given to none.</summary>
    public int MayBeSeveral { get; private set; }

    /// <summary>Fills <see cref="Set"/>; each group's first position is its earliest observation, groups are in order of it.</summary>
    /// <param name="observations">Where the observations are.</param>
    /// <param name="indices">Those of the direction, by capture point, each point's in order of its file.</param>
    /// <param name="count">How many indices there are.</param>
    public void Match(Observation[] observations, int[] indices, int count)
    {
        (items, at) = (observations, indices);
        Set.Reset(count);
        twice.Reset();
        MayBeSeveral = 0;
        Bucket(count);
        twice.Join(Set);
        MayBeSeveral += AttachCut() + AttachInside();
        segments.Merge(items, at, Set);
        datagrams.Merge(items, at, Set);
        Set.Heads.Sort(Compare);
    }

    // Groups what is equal, in a table of open addressing whose slots hold the first position + 1, and splits each group.
    private void Bucket(int count)
    {
        cut.Clear();
        inside.Clear();
        fragments.Note(items, at, count);
        var mask = Reserve(count) - 1;
        for (var k = 0; k < count; k++)
        {
            ref var o = ref items[at[k]];
            if (IsCut(o))
            {
                (o.Kind == ObservationKind.CutInside ? inside : cut).Add(k);
                lastCopy[k] = -1;
                continue;
            }

            var key = fragments.KeyOf(o);
            keys[k] = key;
            nextCopy[k] = -1;
            var slot = (int)(key >> 20) & mask;
            while (slots[slot] != 0 && keys[slots[slot] - 1] != key)
                slot = (slot + 1) & mask;
            if (slots[slot] == 0)
            {
                slots[slot] = k + 1;
                lastCopy[k] = k;
                continue;
            }

            var first = slots[slot] - 1;
            nextCopy[lastCopy[first]] = k;
            lastCopy[first] = k;
            lastCopy[k] = -1;
        }

        for (var k = 0; k < count; k++)
        {
            if (lastCopy[k] >= 0)
                Split(k);
        }
    }

    // Clears as many slots as this direction needs (those of the longest one would cost more than all else), and says how many.
    private int Reserve(int count)
    {
        if (count > keys.Length)
        {
            keys = new ulong[count * 2];
            nextCopy = new int[keys.Length];
            lastCopy = new int[keys.Length];
        }

        var size = 16;
        while (size < count * 2)
            size *= 2;
        if (slots.Length < size)
            slots = new int[size];
        else
            Array.Clear(slots, 0, size);
        return size;
    }

    // The snap length left less than identity needs.
    private bool IsCut(in Observation o)
    {
        if (o.Kind is not (ObservationKind.Packet or ObservationKind.OuterFragment))
            return o.Kind == ObservationKind.CutInside;
        if (o.HasTcp())
            return (o.Flags & Decode.PacketFlags.TcpOptionsCut) != 0;
        return tables.Tuples[o.Tuple].Protocol == IpProtocol.Tcp || o.PayloadHash == 0;
    }

    private int Compare(int a, int b) => Compare(items[at[a]], items[at[b]]);

    /// <summary>The order of a transmission's observations: by time, and where that is the same by capture point and frame.</summary>
    internal static int Compare(in Observation x, in Observation y)
    {
        if (x.Time != y.Time)
            return x.Time < y.Time ? -1 : 1;
        return x.Point != y.Point ? x.Point - y.Point : x.Frame.CompareTo(y.Frame);
    }

    private void Split(int first)
    {
        copies.Clear();
        for (var k = first; k >= 0; k = nextCopy[k])
            copies.Add(k);
        Sort(copies);
        open.Clear();
        if (alike is not null && alike.MustTell(items, at, copies))
            SplitByTime();
        else
            SplitInOrder();
        if (open.Count > 1 && !items[at[first]].HasIdentification() && !items[at[first]].IsNumbered(tables))
            twice.Find(items, at, Set, open);
    }

    private void SplitByTime()
    {
        foreach (var transmission in alike!.Tell(items, at, copies, Set, []).SelectMany(static p => p.Transmissions()))
        {
            Sort(transmission);
            Set.Put(-1, transmission);
            open.Add(transmission[0]);
        }

        MayBeSeveral += alike.Undecided;
        Sort(open);
    }

    private void SplitInOrder()
    {
        for (var i = 0; i < copies.Count; i++)
        {
            var (k, home) = (copies[i], -1);
            foreach (var t in open)
            {
                if ((home < 0 || IsSentAgain(home, t) || IsNearer(t, home, k)) && Takes(t, k))
                    home = t;
            }

            Place(k, home >= 0 && IsBegunAnew(home, i) ? -1 : home, open);
        }
    }

    // Packets overtake each other rarely, so that the first to come is the first that was sent; what is sent again comes so
    // much later that the first one has arrived or is lost.
    private bool IsSentAgain(int first, int second)
    {
        ref var o = ref items[at[second]];
        return o.Time - items[at[first]].Time > (o.IsNumbered(tables) ? Echo : Lost);
    }

    // The one was last seen just before, and the other one long ago: that was lost.
    private bool IsNearer(int second, int first, int copy)
    {
        const int much = 16;
        ref var o = ref items[at[copy]];
        if (o.HasIdentification())
            return false;
        var gone = SinceSeen(first, o);
        return gone is > Echo and < long.MaxValue && SinceSeen(second, o) < gone / much;
    }

    // By the clock of the node that the packet is at now, and by others that agree with it.
    private long SinceSeen(int transmission, in Observation o)
    {
        var (here, least) = (tables.Points[o.Point], long.MaxValue);
        for (var k = transmission; k >= 0; k = Set.Next(k))
        {
            ref var known = ref items[at[k]];
            var there = tables.Points[known.Point];
            var wrong = ReferenceEquals(there.Clock, here.Clock) ? 0 : clocks?.UncertaintyBetween(there, here, known.Time, o.Time);
            if (wrong < Echo && o.Time - known.Time is var gone && gone >= -wrong && gone < least)
                least = Math.Max(gone, 0);
        }

        return least;
    }

    // Nothing was seen of the transmission for long, and a copy that comes at the same time, but for what clocks may be wrong, is not of it.
    private bool IsBegunAnew(int transmission, int copy)
    {
        ref var o = ref items[at[copies[copy]]];
        if (o.HasIdentification() || o.Time - items[at[transmission]].Time < Lost)
            return false;
        for (var k = transmission; k >= 0; k = Set.Next(k))
        {
            if (o.Time - items[at[k]].Time < Lost)
                return false;
        }

        for (var next = copy + 1; next < copies.Count && items[at[copies[next]]].Time - o.Time < Echo; next++)
        {
            if (!Takes(transmission, copies[next]))
                return true;
        }

        return false;
    }

    // With the transmission it belongs to; where it belongs to none it begins one, which those that follow may join.
    private void Place(int position, int home, List<int> among)
    {
        if (home >= 0)
        {
            Set.Append(home, position);
            return;
        }

        Set.Open(position);
        among.Add(position);
        if (among.Count > MaxOpen)
            among.RemoveAt(0);
    }

    // Mostly a copy a point, nearly sorted: by insertion.
    private void Sort(List<int> positions)
    {
        if (positions.Count > 48)
        {
            positions.Sort(Compare);
            return;
        }

        for (var i = 1; i < positions.Count; i++)
        {
            var k = positions[i];
            var j = i - 1;
            for (; j >= 0 && Compare(positions[j], k) > 0; j--)
                positions[j + 1] = positions[j];
            positions[j + 1] = k;
        }
    }

    private bool Takes(int transmission, int candidate)
    {
        ref var o = ref items[at[candidate]];
        ref var head = ref items[at[transmission]];
        if (o.Time - head.Time > Lifetime)
            return false;
        for (var k = transmission; k >= 0; k = Set.Next(k))
        {
            ref var known = ref items[at[k]];
            // Of a datagram in pieces the first ones tell, wherever they were seen.
            if (!o.MayShareBody(known))
                return false;
            if (!known.IsWhereAlso(o, tables) || known.Macs != o.Macs || known.FragmentOffset != o.FragmentOffset)
                continue;
            if (known.Identification != o.Identification)
                return false;
            if (o.Kind == ObservationKind.OuterFragment)
                continue;
            var gap = Math.Abs(o.Time - known.Time);
            // The same identification again within a moment is the capture's doing, not the sender's. Without one, only
            // packets that nobody sends twice in a row can be told from honest repetition.
            var echo = o.HasIdentification() ? gap < 100 * Echo : gap < Echo && o.IsNumbered(tables);
            if (!echo)
                return false;
        }

        return true;
    }

    // A cut copy is the whole copies' packet when what was left of it agrees; the nearest in time, and of two copies the nearer one.
    private int AttachCut()
    {
        if (cut.Count == 0)
            return 0;
        superSegments.Use(items, at, Set.Heads);
        cut.Sort(Compare);
        var copiesOf = new CutCopies(items, at, Set, tables, doubt, alike);
        var left = copiesOf.Attach(cut, Takes);
        var begun = new Dictionary<CutKey, List<int>>();
        foreach (var k in left)
        {
            ref var among = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(begun, CutKey.Of(items[at[k]]), out _);
            among ??= [];
            var home = superSegments.Find(items, at, Set, k);
            if (home >= 0)
                superSegments.Note(items[at[k]]);
            else
                home = Nearest(among, k);
            Place(k, home, among);
        }

        return copiesOf.Undecided;
    }

    private static ClockDoubt DoubtOf(ClockTable? clocks) => (a, b, first, last) => a.Clock == b.Clock ? 0 : clocks?.DoubtBetween(a, b, first, last);

    private int AttachInside()
    {
        if (inside.Count == 0)
            return 0;
        inside.Sort(Compare);
        return new CutInsides(items, at, Set, tables, doubt).Attach(inside);
    }

    private int Nearest(List<int> transmissions, int candidate)
    {
        var (nearest, distance) = (-1, Lifetime);
        foreach (var t in transmissions)
        {
            var d = Math.Abs(items[at[candidate]].Time - items[at[t]].Time);
            if (d < distance && items[at[candidate]].MayBeCutOf(items[at[t]]) && Takes(t, candidate))
                (nearest, distance) = (t, d);
        }

        return nearest;
    }
}
