using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Stitching.Building;
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

    // In order of time.
    private readonly Dictionary<CutKey, List<int>> whole = [];
    private readonly HashSet<int> placed = [];

    /// <param name="items">Where the observations are.</param>
    /// <param name="at">Which of them each position is.</param>
    /// <param name="set">Transmissions of which a whole copy was seen; takes the cut ones.</param>
    /// <param name="tables">What the observations' numbers mean.</param>
    public CutCopies(Observation[] items, int[] at, TransmissionSet set, ObservationTables tables)
    {
        (this.items, this.at, this.set, this.tables) = (items, at, set, tables);
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

    /// <summary>Gives cut copies to transmissions, and says which are left.</summary>
    /// <param name="cut">Their positions, in order of time.</param>
    /// <param name="takes">Whether a transmission can take a copy.</param>
    public List<int> Attach(List<int> cut, Func<int, int, bool> takes)
    {
        foreach (var alike in cut.Where(k => !items[at[k]].HasIdentification()).GroupBy(k => CutKey.Of(items[at[k]])))
            AttachInOrder(alike.Key, alike, takes);
        AttachNearest(cut, takes);
        return cut.FindAll(k => !placed.Contains(k));
    }

    private void AttachInOrder(CutKey key, IEnumerable<int> alike, Func<int, int, bool> takes)
    {
        var places = alike.GroupBy(k => PathOrder.Key(items[at[k]], tables)).Select(p => p.ToList()).ToList();
        if (!whole.TryGetValue(key, out var sent))
        {
            // Nobody saw them whole: the place that saw the most begins the transmissions.
            var most = places.MaxBy(p => p.Count)!;
            places.Remove(most);
            placed.UnionWith(most);
            whole.Add(key, sent = []);
            foreach (var k in most)
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
        }

        foreach (var seen in places)
        {
            var (before, here) = (sent.ConvertAll(Time), seen.ConvertAll(Time));
            var pairs = OrderedPairs.Of(before, here, UsualDelay.Of(OrderedPairs.Delays(before, here), isWithinNode: false));
            for (var i = 0; i < seen.Count; i++)
            {
                if (pairs[i] >= 0 && items[at[seen[i]]].MayBeCutOf(items[at[sent[pairs[i]]]]) && takes(sent[pairs[i]], seen[i]))
                    Place(seen[i], sent[pairs[i]]);
            }
        }
    }

    private void AttachNearest(List<int> cut, Func<int, int, bool> takes)
    {
        var pairs = new List<(long Distance, int Cut, int Head)>();
        foreach (var k in cut)
        {
            ref readonly var o = ref items[at[k]];
            if (placed.Contains(k) || !whole.TryGetValue(CutKey.Of(o), out var list))
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
    private int Around(List<int> list, long time)
    {
        var (low, high) = (0, list.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Time(list[middle]) < time)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}

/// <summary>What a cut copy has in common with the others of its packet.</summary>
/// <param name="Sequence">Of TCP, where it was captured.</param>
internal readonly record struct CutKey(uint Identification, int Length, ushort FragmentOffset, uint? Sequence)
{
    public static CutKey Of(in Observation o) => new(o.Identification, o.Length, o.FragmentOffset, (o.Flags & PacketFlags.HasTcpSequence) != 0 ? o.TcpSequence : null);
}
