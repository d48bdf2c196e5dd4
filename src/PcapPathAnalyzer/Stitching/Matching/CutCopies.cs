using System.Runtime.InteropServices;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Building;
using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>
/// Finds, for copies of which the snap length left less than identity needs, the whole copies of the same packet: the
/// nearest in time that agrees with what was left. Without IP identification several may; then order tells, since each
/// place sees the packets in the order in which they were sent.
/// </summary>
internal sealed class CutCopies
{
    /// <summary>Whole copies on each side of a cut one, in order of time, that are looked at: packets without identification may all be of one length.</summary>
    private const int Looked = 16;

    private readonly Observation[] items;
    private readonly int[] at;
    private readonly TransmissionSet set;
    private readonly ObservationTables tables;
    private readonly ClockDoubt doubt;
    private readonly AlikePackets? packets;

    // In order of time.
    private readonly Dictionary<CutKey, List<int>> whole = [];
    private readonly HashSet<int> placed = [];
    private readonly HashSet<int> undecided = [];

    /// <param name="items">Where the observations are.</param>
    /// <param name="at">Which of them each position is.</param>
    /// <param name="set">Transmissions of which a whole copy was seen; takes the cut ones.</param>
    /// <param name="doubt">What the clocks of two points may be wrong by.</param>
    /// <param name="packets">Tells datagrams apart; null where clocks are not known yet.</param>
    public CutCopies(Observation[] items, int[] at, TransmissionSet set, ObservationTables tables, ClockDoubt doubt, AlikePackets? packets)
    {
        (this.items, this.at, this.set, this.tables, this.doubt, this.packets) = (items, at, set, tables, doubt, packets);
        foreach (var head in set.Heads)
        {
            ref readonly var o = ref items[at[head]];
            Add(CutKey.Of(o), head);
            if (o.HasTcp())
                Add(CutKey.Of(o) with { Sequence = null }, head);
        }

        foreach (var list in whole.Values)
            list.Sort((a, b) => Time(a).CompareTo(Time(b)) is var c and not 0 ? c : a.CompareTo(b));
    }

    /// <summary>Copies that may be of several transmissions, of which not all came there, and were given to none.</summary>
    public int Undecided { get; private set; }

    /// <summary>Gives cut copies to transmissions, and says which are left.</summary>
    /// <param name="cut">Their positions, in order of time.</param>
    /// <param name="takes">Whether a transmission can take a copy.</param>
    public List<int> Attach(List<int> cut, Func<int, int, bool> takes)
    {
        var unnumbered = cut.Where(k => !items[at[k]].HasIdentification()).GroupBy(k => CutKey.Of(items[at[k]])).Where(a => packets is null || !Tell(a.Key, [.. a])).ToList();
        var alike = unnumbered.SelectMany(a => Compare(a.Key, a, takes)).ToList();
        foreach (var between in alike.GroupBy(static a => (a.Clock, a.Place)))
        {
            var usual = UsualDelay.Between([.. between.Select(a => (a.Sent.ConvertAll(Time), a.Seen.ConvertAll(Time)))], Doubt(between.First().Sent, between.First().Seen)) ?? UsualDelay.OfOthers;
            foreach (var (_, _, sent, seen) in between)
                AttachInOrder(sent, seen, usual, takes);
        }

        AttachNearest(cut, takes);
        return cut.FindAll(k => !placed.Contains(k));
    }

    // Datagrams have nothing but times.
    private bool Tell(CutKey key, List<int> copies)
    {
        ref readonly var first = ref items[at[copies[0]]];
        if (first.Kind != ObservationKind.Packet || tables.Tuples[first.Tuple].Protocol == IpProtocol.Tcp)
            return false;
        if (!whole.TryGetValue(key, out var sent))
            whole.Add(key, sent = []);
        foreach (var pass in packets!.Tell(items, at, copies, set, sent).ToList())
        {
            foreach (var transmission in pass.Transmissions())
            {
                transmission.Remove(pass.Head);
                transmission.Sort((a, b) => TransmissionMatcher.Compare(items[at[a]], items[at[b]]));
                set.Put(pass.Head, transmission);
                placed.UnionWith(transmission);
            }
        }

        Undecided += packets.Undecided;
        return true;
    }

    // What each place saw of packets that are alike, beside what is known to have been sent.
    private IEnumerable<(string Clock, HopKey Place, List<int> Sent, List<int> Seen)> Compare(CutKey key, IEnumerable<int> alike, Func<int, int, bool> takes)
    {
        var places = alike.GroupBy(k => PathOrder.Key(items[at[k]], tables)).Select(p => (Place: p.Key, Seen: p.ToList())).ToList();
        if (!whole.TryGetValue(key, out var sent))
        {
            // Nobody saw them whole: the place that saw the most begins the transmissions.
            var most = places.MaxBy(static p => p.Seen.Count);
            places.Remove(most);
            whole.Add(key, sent = Begin(most.Seen, takes));
        }

        return places.Select(p => (tables.Points[items[at[sent[0]]].Point].Clock, p.Place, sent, p.Seen));
    }

    private List<int> Begin(List<int> seen, Func<int, int, bool> takes)
    {
        var sent = new List<int>();
        placed.UnionWith(seen);
        foreach (var k in seen)
        {
            // Captured twice, it is one.
            if (sent.Count > 0 && takes(sent[^1], k))
            {
                set.Append(sent[^1], k);
                continue;
            }

            set.Open(k);
            sent.Add(k);
        }

        return sent;
    }

    private void AttachInOrder(List<int> sent, List<int> seen, UsualDelay usual, Func<int, int, bool> takes)
    {
        var pairs = OrderedPairs.Of(sent.ConvertAll(Time), seen.ConvertAll(Time), usual);
        for (var i = 0; i < seen.Count; i++)
        {
            if (pairs[i].IsUndecided)
            {
                Undecided += undecided.Add(seen[i]) ? 1 : 0;
                continue;
            }

            if (pairs[i].Best is >= 0 and var best && items[at[seen[i]]].MayBeCutOf(items[at[sent[best]]]) && takes(sent[best], seen[i]))
                Place(seen[i], sent[best]);
        }
    }

    private void AttachNearest(List<int> cut, Func<int, int, bool> takes)
    {
        var pairs = new List<(long Distance, int Cut, int Head)>();
        foreach (var k in cut)
        {
            ref readonly var o = ref items[at[k]];
            if (placed.Contains(k) || undecided.Contains(k) || !whole.TryGetValue(CutKey.Of(o), out var list))
                continue;
            var place = Around(list, o.Time);
            for (var i = Math.Max(0, place - Looked); i < Math.Min(list.Count, place + Looked); i++)
            {
                if (o.MayBeCutOf(items[at[list[i]]]))
                    pairs.Add((Math.Abs(o.Time - Time(list[i])), k, list[i]));
            }
        }

        pairs.Sort();
        foreach (var (distance, k, head) in pairs)
        {
            if (distance < TransmissionMatcher.Lifetime && !placed.Contains(k) && takes(head, k))
                Place(k, head);
        }
    }

    private long? Doubt(List<int> sent, List<int> seen) =>
        doubt(tables.Points[items[at[sent[0]]].Point], tables.Points[items[at[seen[0]]].Point], Math.Min(Time(sent[0]), Time(seen[0])), Math.Max(Time(sent[^1]), Time(seen[^1])));

    private void Place(int k, int head)
    {
        set.Append(head, k);
        placed.Add(k);
    }

    private long Time(int head) => items[at[head]].Time;

    private void Add(CutKey key, int head)
    {
        if (!whole.TryGetValue(key, out var list))
            whole.Add(key, list = []);
        list.Add(head);
    }

    // The first that is not earlier.
    private int Around(List<int> list, long time) => InOrder.CountBefore(CollectionsMarshal.AsSpan(list), head => Time(head) < time);
}

/// <summary>What a cut copy has in common with the others of its packet.</summary>
/// <param name="Sequence">Of TCP, where it was captured.</param>
internal readonly record struct CutKey(uint Identification, int Length, ushort FragmentOffset, uint? Sequence)
{
    public static CutKey Of(in Observation o) => new(o.Identification, o.Length, o.FragmentOffset, (o.Flags & PacketFlags.HasTcpSequence) != 0 ? o.TcpSequence : null);
}
