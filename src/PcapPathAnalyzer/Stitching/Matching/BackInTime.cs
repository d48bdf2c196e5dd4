using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Matching;

/// <summary>
/// Takes transmissions apart that would have arrived before they were sent: of equal packets without identification one node saw the one and another node the other, each
/// in one place alone, so that only the order of the hops, once it is known, tells.
/// </summary>
internal sealed class BackInTime(ObservationTables tables, ClockTable clocks)
{
    private readonly List<(int Hop, int Position)> members = [];

    /// <param name="items">Where the observations are.</param>
    /// <param name="at">Which of them each position is.</param>
    /// <param name="set">The transmissions; takes the parts.</param>
    /// <param name="hop">The number of a position's hop on the way.</param>
    public void Part(Observation[] items, int[] at, TransmissionSet set, Func<int, int> hop)
    {
        var heads = set.Heads.Count;
        for (var i = 0; i < heads; i++)
        {
            var head = set.Heads[i];
            ref readonly var first = ref items[at[head]];
            if (first.HasIdentification() || first.HasTcp() || first.Kind == ObservationKind.IcmpError || set.Next(head) < 0)
                continue;
            members.Clear();
            for (var k = head; k >= 0; k = set.Next(k))
                members.Add((hop(k), k));
            members.Sort((a, b) => a.Hop != b.Hop ? a.Hop - b.Hop : items[at[a.Position]].Time.CompareTo(items[at[b.Position]].Time));
            var cut = members.FindIndex(1, m => IsBefore(items[at[m.Position]], items[at[members[0].Position]]));
            if (cut > 0)
                Part(set, i, cut);
        }
    }

    // Equal packets under way at one clock are told by its times; between two, by more than both may be wrong.
    private bool IsBefore(in Observation later, in Observation first) =>
        clocks.UncertaintyBetween(tables.Points[first.Point], tables.Points[later.Point], later.Time, first.Time) is { } doubt && later.Time < first.Time - doubt - TransmissionMatcher.Echo;

    private void Part(TransmissionSet set, int place, int cut)
    {
        for (var i = 0; i < members.Count; i++)
        {
            if (i is 0)
                set.Begin(place, members[0].Position);
            else if (i == cut)
                set.Open(members[i].Position);
            else
                set.Append(members[i < cut ? 0 : cut].Position, members[i].Position);
        }
    }
}
