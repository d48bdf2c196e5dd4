using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>
/// Tells a datagram that a capture has twice from one that was sent twice, where neither identification nor a number does: what some places saw once and
/// others twice within a moment went by once. Where all places saw both, there were two; a single place does not tell: it counts two, and that is said.
/// </summary>
internal sealed class CapturedTwice(ObservationTables tables)
{
    // The second one, and the transmission it is a sighting of.
    private readonly List<(int Second, int First)> found = [];
    private readonly HashSet<int> gone = [];

    /// <summary>Second ones of which the only place that saw them does not tell.</summary>
    public int Undecided { get; private set; }

    /// <summary>Begins with other packets.</summary>
    public void Reset() => Undecided = 0;

    /// <param name="items">Where the observations are.</param>
    /// <param name="at">Which of them each position is.</param>
    /// <param name="set">The transmissions.</param>
    /// <param name="alike">Those of equal packets, in order of time.</param>
    public void Find(Observation[] items, int[] at, TransmissionSet set, List<int> alike)
    {
        for (var i = 1; i < alike.Count; i++)
        {
            var (first, second) = (alike[i - 1], alike[i]);
            if (!gone.Contains(first) && IsEcho(items, at, set, first, second) && gone.Add(second))
                found.Add((second, first));
        }
    }

    /// <summary>Makes one of each two that were found.</summary>
    public void Join(TransmissionSet set)
    {
        if (found.Count == 0)
            return;
        foreach (var (second, first) in found)
            set.Absorb(first, second);
        set.Keep(h => !gone.Contains(h));
        found.Clear();
        gone.Clear();
    }

    // Each sighting is just behind one of the first's at the same place, and the first was seen elsewhere, too: there the second one passed unseen.
    private bool IsEcho(Observation[] items, int[] at, TransmissionSet set, int first, int second)
    {
        for (var k = second; k >= 0; k = set.Next(k))
        {
            if (!HasBeside(set, items, at, first, items[at[k]], within: TransmissionMatcher.Echo))
                return false;
        }

        for (var k = first; k >= 0; k = set.Next(k))
        {
            if (!HasBeside(set, items, at, second, items[at[k]], within: long.MaxValue))
                return true;
        }

        Undecided += IsAtOnePlace(set, items, at, first) ? 1 : 0;
        return false;
    }

    private bool IsAtOnePlace(TransmissionSet set, Observation[] items, int[] at, int head)
    {
        for (var k = set.Next(head); k >= 0; k = set.Next(k))
        {
            if (!items[at[k]].IsWhereAlso(items[at[head]], tables))
                return false;
        }

        return true;
    }

    private bool HasBeside(TransmissionSet set, Observation[] items, int[] at, int transmission, in Observation o, long within)
    {
        for (var k = transmission; k >= 0; k = set.Next(k))
        {
            ref readonly var known = ref items[at[k]];
            if (known.IsWhereAlso(o, tables) && Math.Abs(known.Time - o.Time) < within)
                return true;
        }

        return false;
    }
}
