using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Legs;

/// <summary>
/// Decides which legs with common packets are one connection. Sequence numbers of both sides prove a pair by themselves. For
/// others each connection takes the partner with the most common packets, if there is one such and it thinks so too; what
/// was joined chooses again as one. Where several do equally well nothing is joined, and that is kept.
/// </summary>
/// <param name="tables">What the legs' tuples are.</param>
/// <param name="union">Takes what is decided.</param>
/// <param name="areApart">Says that other evidence makes two legs two connections; the third argument is whether they are turned against each other.</param>
internal sealed class PairChoice(ObservationTables tables, LegUnion union, Func<Leg, Leg, bool, bool> areApart)
{
    private readonly Dictionary<int, Best> best = [];

    // Of the legs that are candidates, those of each connection, by its root.
    private readonly Dictionary<int, List<Leg>> members = [];

    /// <summary>Joins what can be joined, and says what could not be decided.</summary>
    /// <param name="candidates">In order of their legs' numbers.</param>
    public IEnumerable<SharedPair> Choose(List<SharedPair> candidates)
    {
        foreach (var pair in candidates)
        {
            if (!pair.IsProven && !IsSameHandshake(pair))
                continue;
            Join(pair);
            yield return pair;
        }

        var open = candidates;
        for (var joined = true; joined;)
        {
            joined = false;
            open = open.FindAll(p => !p.IsDoubtful && !union.AreOne(p.A.Index, p.B.Index) && MayBeOne(p));
            Rank(open);
            var circles = new AlikeCircles(open.FindAll(IsBestForBoth).ConvertAll(Roots), open.ConvertAll(Roots));
            // By the ranks of this round: what it joins chooses as one in the next.
            foreach (var pair in open.FindAll(p => IsMutual(p) || (IsBestForBoth(p) && circles.IsWhole(Roots(p).A))))
            {
                if (union.AreOne(pair.A.Index, pair.B.Index) || !MayBeOne(pair))
                    continue;
                Join(pair);
                joined = true;
                yield return pair;
            }
        }

        foreach (var pair in open.FindAll(IsTie).Concat(candidates.Where(p => p.IsDoubtful && Members(p.A).Count + Members(p.B).Count == 2)))
            yield return pair with { IsAmbiguous = true };
    }

    // What two legs cannot be, the connections they belong to cannot be either.
    private bool MayBeOne(SharedPair pair)
    {
        var (these, those) = (Members(pair.A), Members(pair.B));
        return !these.Exists(a => those.Exists(b => areApart(a, b, pair.IsOpposed ^ Differ(pair.A, a) ^ Differ(pair.B, b))));
    }

    private bool Differ(Leg a, Leg b) => union.IsTurned(a.Index) != union.IsTurned(b.Index);

    private List<Leg> Members(Leg leg)
    {
        var root = union.Root(leg.Index);
        if (!members.TryGetValue(root, out var list))
            members.Add(root, list = [leg]);
        if (!list.Contains(leg))
            list.Add(leg);
        return list;
    }

    private void Join(SharedPair pair)
    {
        var (these, those) = (Members(pair.A), Members(pair.B));
        union.Unite(pair.A.Index, pair.B.Index, pair.IsOpposed);
        if (ReferenceEquals(these, those))
            return;
        these.AddRange(those);
        members[union.Root(pair.A.Index)] = these;
    }

    private void Rank(List<SharedPair> pairs)
    {
        best.Clear();
        foreach (var pair in pairs)
        {
            var (a, b) = (union.Root(pair.A.Index), union.Root(pair.B.Index));
            Note(a, b, pair.Rank);
            Note(b, a, pair.Rank);
        }

        void Note(int root, int partner, int rank)
        {
            if (!best.TryGetValue(root, out var known) || rank > known.Rank)
                best[root] = new Best(rank, partner, HasOthers: false);
            else if (rank == known.Rank && partner != known.Partner)
                best[root] = known with { HasOthers = true };
        }
    }

    // A destination translation keeps the client's address and port, which one connection at a time has: legs that share
    // them may be several (the port was used again), and all are the client's.
    private bool IsMutual(SharedPair pair)
    {
        var (x, y) = (best[union.Root(pair.A.Index)], best[union.Root(pair.B.Index)]);
        return x.Rank == pair.Rank && y.Rank == pair.Rank && ((!x.HasOthers && !y.HasOthers) || KeepsClient(pair));
    }

    private bool IsBestForBoth(SharedPair pair) => best[union.Root(pair.A.Index)].Rank == pair.Rank && best[union.Root(pair.B.Index)].Rank == pair.Rank;

    private (int A, int B) Roots(SharedPair pair) => (union.Root(pair.A.Index), union.Root(pair.B.Index));

    private bool IsTie(SharedPair pair)
    {
        var (x, y) = (best[union.Root(pair.A.Index)], best[union.Root(pair.B.Index)]);
        return (x.HasOthers && x.Rank == pair.Rank) || (y.HasOthers && y.Rank == pair.Rank);
    }

    private bool KeepsClient(SharedPair pair)
    {
        var (a, b) = (pair.A.Tuple(tables), pair.B.Tuple(tables));
        if (pair.IsOpposed)
            b = b.Reversed;
        return a.Source == b.Source && a.SourcePort == b.SourcePort;
    }

    private static bool IsSameHandshake(SharedPair pair) => pair.A.InitialSequence is { } isn && isn == pair.B.InitialSequence;

    private readonly record struct Best(int Rank, int Partner, bool HasOthers);
}

/// <summary>Two legs that have packets in common.</summary>
/// <param name="A">The leg of the lower number.</param>
/// <param name="B">The other.</param>
/// <param name="Packets">That were seen under both tuples.</param>
internal readonly record struct SharedPair(Leg A, Leg B, int Packets)
{
    /// <summary>By a packet that carries both sides' sequence numbers.</summary>
    public bool IsProven { get; init; }

    /// <summary>The legs are turned against each other: the client of one is the server of the other.</summary>
    public bool IsOpposed { get; init; }

    /// <summary>The common packets only begin alike, and most packets are not common: two connections of one application look like that, too.</summary>
    public bool IsDoubtful { get; init; }

    /// <summary>Common packets first, then how much of the tuple was kept.</summary>
    public int Rank { get; init; }

    /// <summary>Others did as well, and nothing was joined.</summary>
    public bool IsAmbiguous { get; init; }
}
