using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Stitching;

/// <summary>
/// Joins the legs of one connection across translations: when the same packets are seen under both tuples, or when a
/// conntrack entry says so. Ambiguous evidence joins nothing.
/// </summary>
internal sealed class LegJoiner(ObservationStore store, List<Leg> legs, Network network)
{
    /// <summary>Packets of a leg's beginning whose identities are all compared; later ones are sampled by their identity, alike at every point.</summary>
    private const int Opening = 24;
    private const ulong SampleMask = 15;

    /// <summary>An identity that more legs than this share proves nothing (keep-alives, equal queries without IP identification).</summary>
    private const int MaxShared = 6;

    private readonly List<LegJoin> joins = [];
    private int[] parent = [];

    /// <summary>Legs of each connection, and why they are together. Virtual legs are added to the list of legs.</summary>
    public List<(List<Leg> Legs, List<LegJoin> Joins)> Join()
    {
        parent = Enumerable.Range(0, legs.Count).ToArray();
        foreach (var pair in Accepted(Scores()))
        {
            Unite(pair.A, pair.B);
            joins.Add(new LegJoin(legs[pair.A], legs[pair.B], JoinReason.Identity, pair.Score));
        }

        var byTuple = legs.GroupBy(l => l.Forward).ToDictionary(g => g.Key, g => g.ToList());
        // Twice: the entry of the first of two translating nodes may lead to a leg that the second one's entry reveals.
        for (var pass = 0; pass < 2; pass++)
        {
            foreach (var ns in network.Namespaces)
            {
                foreach (var entry in ns.Conntrack)
                    JoinByConntrack(ns, entry, byTuple);
            }
        }

        return Groups();
    }

    private Dictionary<(int A, int B), PairScore> Scores()
    {
        var owners = new Dictionary<ulong, Sharers>();
        foreach (var leg in legs)
        {
            var perPoint = new Dictionary<int, int>();
            foreach (var i in leg.Observations)
            {
                ref var o = ref store[i];
                if (!IsTelling(o))
                    continue;
                var identity = o.Identity();
                var seen = perPoint[o.Point] = perPoint.GetValueOrDefault(o.Point) + 1;
                if (seen > Opening && (identity & SampleMask) != 0)
                    continue;
                if (!owners.TryGetValue(identity, out var list))
                    owners.Add(identity, list = new Sharers(o.HasTcp() && (o.TcpFlags & TcpFlags.Ack) != 0));
                if (list.Count <= MaxShared && !list.Contains((leg.Index, o.Tuple)))
                    list.Add((leg.Index, o.Tuple));
            }
        }

        var scores = new Dictionary<(int A, int B), PairScore>();
        foreach (var (_, list) in owners)
        {
            if (list.Count is < 2 or > MaxShared)
                continue;
            for (var a = 0; a < list.Count; a++)
            {
                for (var b = a + 1; b < list.Count; b++)
                    AddScore(scores, list[a], list[b], list.IsProof);
            }
        }

        return scores;
    }

    private void AddScore(Dictionary<(int A, int B), PairScore> scores, (int Leg, int Tuple) x, (int Leg, int Tuple) y, bool isProof)
    {
        var (a, b) = x.Leg < y.Leg ? (x, y) : (y, x);
        var (legA, legB) = (legs[a.Leg], legs[b.Leg]);
        if (a.Leg == b.Leg || store.Tuples[a.Tuple].Protocol != store.Tuples[b.Tuple].Protocol || legA.Forward == legB.Forward || legA.Forward == legB.Reverse)
            return;
        // What is sent to a group is not translated, and every host's report looks alike.
        if (store.Tuples[a.Tuple].Destination.IsMulticast || store.Tuples[b.Tuple].Destination.IsMulticast)
            return;
        if (legA.InitialSequence is { } isnA && legB.InitialSequence is { } isnB && isnA != isnB)
            return;
        // The packet must go the same way in both.
        var sameWay = a.Tuple == legA.Forward == (b.Tuple == legB.Forward);
        if (!sameWay)
        {
            if (legA.IsDirectionCertain && legB.IsDirectionCertain)
                return;
            (legA.IsDirectionCertain ? legB : legA).Flip();
        }

        ref var score = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(scores, (a.Leg, b.Leg), out _);
        score.Packets++;
        score.IsProven |= isProof;
        score.Kept = Kept(store.Tuples[legA.Forward], store.Tuples[legB.Forward]);
    }

    // A packet with neither IP identification nor sequence numbers nor a known payload could be anybody's.
    private static bool IsTelling(in Observation o) =>
        o.Kind != ObservationKind.IcmpError && (o.HasTcp() ? o.HasIdentification() || o.HasTcpTimestamp() || (o.TcpFlags & TcpFlags.Syn) != 0 || o.PayloadLength > 0 : o.PayloadHash > 1);

    // How much of the tuple a translation kept: a DNAT keeps the client's end, a SNAT the server's.
    private static int Kept(in FiveTuple a, in FiveTuple b) =>
        (a.Source == b.Source ? 2 : 0) + (a.SourcePort == b.SourcePort ? 1 : 0) + (a.Destination == b.Destination ? 2 : 0) + (a.DestinationPort == b.DestinationPort ? 1 : 0);

    // TCP proves a pair by itself. For others each leg takes the partner with the most common packets, if there is one such
    // and it thinks so too.
    private IEnumerable<(int A, int B, int Score)> Accepted(Dictionary<(int A, int B), PairScore> scores)
    {
        var best = new Dictionary<int, (int Score, bool Tie)>();
        foreach (var ((a, b), score) in scores)
        {
            Note(a, score.Rank);
            Note(b, score.Rank);
        }

        foreach (var ((a, b), score) in scores.OrderBy(s => s.Key))
        {
            var proven = score.IsProven || (legs[a].InitialSequence is not null && legs[a].InitialSequence == legs[b].InitialSequence);
            if (proven || (best[a] == (score.Rank, false) && best[b] == (score.Rank, false)) || (best[a].Score == score.Rank && best[b].Score == score.Rank && score.Kept >= 3))
                yield return (a, b, score.Packets);
        }

        void Note(int leg, int rank)
        {
            best.TryGetValue(leg, out var known);
            if (rank > known.Score)
                best[leg] = (rank, false);
            else if (rank == known.Score)
                best[leg] = (rank, true);
        }
    }

    private void JoinByConntrack(NetworkNamespace ns, ConntrackRecord entry, Dictionary<int, List<Leg>> byTuple)
    {
        if (!entry.IsSourceNat && !entry.IsDestinationNat)
            return;
        var before = Last(byTuple, entry.Original);
        var after = Last(byTuple, entry.Reply.Reversed);
        if (before is null && after is null)
            return;
        if (before is not null && after is not null)
        {
            // The entry speaks of the newest connection with these ports; packets decide about older ones.
            if (Root(before.Index) != Root(after.Index) && !HasOtherIsn(before, after))
                Unite(before.Index, after.Index);
            if (Root(before.Index) == Root(after.Index) && !joins.Exists(j => j.Conntrack == entry))
                joins.Add(new LegJoin(before, after, JoinReason.Conntrack, 0) { Conntrack = entry, Namespace = ns });
            return;
        }

        var known = (before ?? after)!;
        var otherTuple = before is null ? entry.Original : entry.Reply.Reversed;
        if (joins.Exists(j => (j.A == known || j.B == known) && j.Namespace == ns))
            return;
        var number = store.Tuples.Add(otherTuple);
        var other = new Leg(legs.Count, number, store.Tuples.Add(otherTuple.Reversed)) { InitialSequence = known.InitialSequence };
        other.VoteForward(number, certain: true);
        legs.Add(other);
        Array.Resize(ref parent, legs.Count);
        parent[other.Index] = other.Index;
        byTuple[number] = [other];
        Unite(known.Index, other.Index);
        joins.Add(new LegJoin(before ?? other, after ?? other, JoinReason.Conntrack, 0) { Conntrack = entry, Namespace = ns });
    }

    private static bool HasOtherIsn(Leg a, Leg b) => a.InitialSequence is { } x && b.InitialSequence is { } y && x != y;

    private Leg? Last(Dictionary<int, List<Leg>> byTuple, in FiveTuple tuple)
    {
        var number = store.Tuples.Add(tuple);
        if (!byTuple.TryGetValue(number, out var candidates))
            return null;
        return candidates.MaxBy(l => l.Observations.Count == 0 ? long.MinValue : store[l.Observations[^1]].Time);
    }

    private List<(List<Leg>, List<LegJoin>)> Groups()
    {
        var groups = new SortedDictionary<int, (List<Leg> Legs, List<LegJoin> Joins)>();
        foreach (var leg in legs)
        {
            var root = Root(leg.Index);
            if (!groups.TryGetValue(root, out var group))
                groups.Add(root, group = ([], []));
            group.Legs.Add(leg);
        }

        foreach (var join in joins)
            groups[Root(join.A.Index)].Joins.Add(join);
        return [.. groups.Values.Where(g => g.Legs.Exists(l => !l.IsVirtual))];
    }

    private int Root(int i)
    {
        while (parent[i] != i)
            i = parent[i] = parent[parent[i]];
        return i;
    }

    private void Unite(int a, int b)
    {
        var (x, y) = (Root(a), Root(b));
        parent[Math.Max(x, y)] = Math.Min(x, y);
    }

    /// <summary>Legs that have a packet of one identity.</summary>
    /// <param name="isProof">The packet carries both sides' sequence numbers: 64 bits that no two connections share by chance.</param>
    private sealed class Sharers(bool isProof) : List<(int Leg, int Tuple)>(1)
    {
        public bool IsProof { get; } = isProof;
    }

    private record struct PairScore
    {
        /// <summary>By a packet that carries both sides' sequence numbers.</summary>
        public bool IsProven { get; set; }

        public int Packets { get; set; }

        public int Kept { get; set; }

        /// <summary>Common packets first, then how much of the tuple was kept.</summary>
        public readonly int Rank => (Packets * 8) + Kept;
    }
}

internal enum JoinReason
{
    Identity,
    Conntrack,
}

/// <summary>Why two legs are one connection.</summary>
internal sealed record LegJoin(Leg A, Leg B, JoinReason Reason, int Packets)
{
    public ConntrackRecord? Conntrack { get; init; }

    public NetworkNamespace? Namespace { get; init; }
}
