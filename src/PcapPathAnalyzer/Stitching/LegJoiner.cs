using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Stitching;

/// <summary>
/// Joins the legs of one connection across translations: when the same handshake or the same packets are seen under both
/// tuples, or when a conntrack entry says so. Ambiguous evidence joins nothing.
/// </summary>
internal sealed class LegJoiner(Observations observations, Network network)
{
    private readonly ObservationTables tables = observations.Tables;
    private readonly List<Leg> legs = observations.Legs;
    private readonly List<LegJoin> joins = [];
    private readonly HashSet<ConntrackRecord> entries = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<(Leg Leg, NetworkNamespace Namespace)> translated = [];
    private int[] parent = [];

    /// <summary>Legs of each connection, and why they are together. Virtual legs are added to the list of legs.</summary>
    public List<LegGroup> Join()
    {
        parent = new int[legs.Count];
        for (var i = 0; i < parent.Length; i++)
            parent[i] = i;
        JoinByHandshake();
        foreach (var pair in new SharedPackets(observations).Pairs())
        {
            Unite(pair.A.Index, pair.B.Index);
            joins.Add(new LegJoin(pair.A, pair.B, JoinReason.Identity, pair.Packets));
        }

        JoinByConntrack();
        return Groups();
    }

    // Both initial sequence numbers are 64 bits that no two connections share by chance; the client's alone are 32, too few
    // for a hundred thousand connections, so that the very SYN or one end of the tuple must agree too.
    private void JoinByHandshake()
    {
        var sequences = new Interner<uint>();
        var bySequence = new LegsByNumber(legs);
        foreach (var leg in legs)
        {
            if (leg.InitialSequence is not { } isn)
                continue;
            var number = sequences.Add(isn);
            for (var other = bySequence.First(number); other is not null; other = bySequence.After(other))
            {
                if (IsSameHandshake(other, leg) && Root(other.Index) != Root(leg.Index))
                {
                    Unite(other.Index, leg.Index);
                    joins.Add(new LegJoin(other, leg, JoinReason.Handshake, 0));
                }
            }

            bySequence.Add(number, leg);
        }
    }

    private bool IsSameHandshake(Leg a, Leg b)
    {
        if (a.ServerSequence is { } x && b.ServerSequence is { } y)
            return x == y;
        return a.SharesSyn(b) || SharedPackets.Kept(a.Tuple(tables), b.Tuple(tables)) >= 3;
    }

    private void JoinByConntrack()
    {
        if (!network.Namespaces.Any(n => n.Conntrack.Count > 0))
            return;
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
            if (Root(before.Index) == Root(after.Index) && entries.Add(entry))
                Join(before, after, ns, entry);
            return;
        }

        var known = (before ?? after)!;
        var otherTuple = before is null ? entry.Original : entry.Reply.Reversed;
        if (translated.Contains((known, ns)))
            return;
        var number = tables.Tuples.Add(otherTuple);
        var other = new Leg(legs.Count, number, tables.Tuples.Add(otherTuple.Reversed)) { InitialSequence = known.InitialSequence };
        other.Settle(number);
        legs.Add(other);
        Array.Resize(ref parent, legs.Count);
        parent[other.Index] = other.Index;
        byTuple[number] = [other];
        Unite(known.Index, other.Index);
        Join(before ?? other, after ?? other, ns, entry);
    }

    private void Join(Leg before, Leg after, NetworkNamespace ns, ConntrackRecord entry)
    {
        translated.Add((before, ns));
        translated.Add((after, ns));
        joins.Add(new LegJoin(before, after, JoinReason.Conntrack, 0) { Conntrack = entry, Namespace = ns });
    }

    private static bool HasOtherIsn(Leg a, Leg b) => a.InitialSequence is { } x && b.InitialSequence is { } y && x != y;

    private Leg? Last(Dictionary<int, List<Leg>> byTuple, in FiveTuple tuple) =>
        byTuple.TryGetValue(tables.Tuples.Find(tuple), out var candidates) ? candidates.MaxBy(l => l.Spans.Count == 0 ? long.MinValue : l.Spans.Max(s => s.Last)) : null;

    private List<LegGroup> Groups()
    {
        var byRoot = new LegGroup?[legs.Count];
        foreach (var leg in legs)
            (byRoot[Root(leg.Index)] ??= new LegGroup()).Legs.Add(leg);
        foreach (var join in joins)
            byRoot[Root(join.A.Index)]!.Joins.Add(join);
        return [.. byRoot.OfType<LegGroup>().Where(g => g.Legs.Exists(l => !l.IsVirtual))];
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
}

/// <summary>The legs of one connection, and why they are together.</summary>
internal sealed class LegGroup
{
    public List<Leg> Legs { get; } = new(2);

    public List<LegJoin> Joins { get; } = new(1);
}

internal enum JoinReason
{
    Identity,
    Handshake,
    Conntrack,
}

/// <summary>Why two legs are one connection.</summary>
internal sealed record LegJoin(Leg A, Leg B, JoinReason Reason, int Packets)
{
    public ConntrackRecord? Conntrack { get; init; }

    public NetworkNamespace? Namespace { get; init; }
}
