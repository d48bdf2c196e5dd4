using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Stitching.Legs;

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
    private readonly Dictionary<(Leg Leg, NetworkNamespace Namespace), ConntrackRecord> translated = [];
    private Dictionary<int, List<Leg>> byTuple = [];
    private readonly LegUnion union = new(observations.Legs.Count);

    /// <summary>Legs of each connection, and why they are together. Virtual legs are added to the list of legs.</summary>
    public List<LegGroup> Join()
    {
        var translates = network.Namespaces.Any(n => n.Conntrack.Count > 0);
        byTuple = ByTuple();
        if (translates)
            TurnByConntrack();
        JoinByHandshake();
        // What one entry can only mean stands before packets that look alike.
        if (translates)
            JoinByConntrack(onlyCertain: true);
        var shared = new SharedPackets(observations, AreApart);
        var choice = new PairChoice(tables, union, (a, b, isOpposed) => AreApart(a, b) || shared.ShareAPlace(a, b, isOpposed));
        foreach (var pair in choice.Choose(shared.Pairs()))
            joins.Add(new LegJoin(pair.A, pair.B, pair.IsAmbiguous ? JoinReason.Ambiguous : JoinReason.Identity, pair.Packets));
        // Twice: the entry of the first of two translating nodes may lead to a leg that the second one's entry reveals.
        for (var pass = 0; pass < 2 && translates; pass++)
            JoinByConntrack(onlyCertain: false);
        JoinByRules(shared);
        return Groups();
    }

    // Last: where packets or an entry tell, no rule is asked.
    private void JoinByRules(SharedPackets shared)
    {
        var unclear = joins.Where(j => j.Reason == JoinReason.Ambiguous).SelectMany(j => new[] { j.A, j.B }).ToHashSet();
        var made = new RuleJoiner(tables, network, union, l => unclear.Contains(l) || shared.HasToldNothing(l), AreApart).Join(legs);
        var settled = made.Where(j => j.Reason == JoinReason.Rule).SelectMany(j => new[] { j.A, j.B }).ToHashSet();
        joins.RemoveAll(j => j.Reason == JoinReason.Ambiguous && (settled.Contains(j.A) || settled.Contains(j.B)));
        joins.AddRange(made);
    }

    private Dictionary<int, List<Leg>> ByTuple() => legs.GroupBy(l => l.Forward).ToDictionary(g => g.Key, g => g.ToList());

    // An entry's original direction is that of the packet that made it. A node that sees the answers only takes them for requests:
    // where entries contradict each other, packets decide.
    private void TurnByConntrack()
    {
        var (right, backwards) = (new HashSet<Leg>(), new HashSet<Leg>());
        foreach (var entry in network.Namespaces.SelectMany(n => n.Conntrack))
        {
            foreach (var tuple in (ReadOnlySpan<FiveTuple>)[entry.Original, entry.Reply.Reversed, HalfTranslated(entry)])
            {
                right.UnionWith(byTuple.GetValueOrDefault(tables.Tuples.Find(tuple)) ?? []);
                backwards.UnionWith(byTuple.GetValueOrDefault(tables.Tuples.Find(tuple.Reversed)) ?? []);
            }
        }

        backwards.ExceptWith(right);
        foreach (var leg in backwards)
            leg.Settle(leg.Reverse);
        byTuple = ByTuple();
    }

    // What it is between PREROUTING and POSTROUTING: the destination is translated and the source is not.
    private static FiveTuple HalfTranslated(ConntrackRecord entry) => entry.Original with { Destination = entry.Reply.Source, DestinationPort = entry.Reply.SourcePort };

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
                if (IsSameHandshake(other, leg) && !union.AreOne(other.Index, leg.Index))
                {
                    union.Unite(other.Index, leg.Index);
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

    private void JoinByConntrack(bool onlyCertain)
    {
        foreach (var ns in network.Namespaces)
        {
            foreach (var entry in ns.Conntrack)
            {
                if (entry.IsSourceNat || entry.IsDestinationNat)
                    JoinByConntrack(ns, entry, onlyCertain);
            }
        }
    }

    private void JoinByConntrack(NetworkNamespace ns, ConntrackRecord entry, bool onlyCertain)
    {
        var (before, after) = (Last(entry.Original, onlyCertain), Last(entry.Reply.Reversed, onlyCertain));
        if (before is null && after is null && !onlyCertain)
            before = FromHalfTranslated(ns, entry);
        if ((before is null && after is null) || (onlyCertain && (before is null || after is null)))
            return;
        if (before is not null && after is not null)
        {
            // The entry speaks of the newest connection with these ports; packets decide about older ones.
            if (!HasOtherIsn(before, after))
                union.Unite(before.Index, after.Index);
            if (union.AreOne(before.Index, after.Index) && entries.Add(entry))
            {
                Join(before, after, ns, entry);
                JoinHalfTranslated(before, ns, entry, onlyCertain);
            }

            return;
        }

        var known = (before ?? after)!;
        var otherTuple = before is null ? entry.Original : entry.Reply.Reversed;
        // A node that took answers for requests (see above) has the connection the other way round: packets join what it translated.
        if (translated.ContainsKey((known, ns)) || byTuple.ContainsKey(tables.Tuples.Find(otherTuple.Reversed)))
            return;
        var other = Imagine(otherTuple, known);
        Join(before ?? other, after ?? other, ns, entry);
        JoinHalfTranslated(known, ns, entry, onlyCertain);
    }

    // A leg that no capture shows.
    private Leg Imagine(FiveTuple tuple, Leg known)
    {
        var number = tables.Tuples.Add(tuple);
        var leg = new Leg(legs.Count, number, tables.Tuples.Add(tuple.Reversed)) { InitialSequence = known.InitialSequence };
        leg.Settle(number);
        legs.Add(leg);
        union.Add();
        byTuple[number] = [leg];
        union.Unite(known.Index, leg.Index);
        return leg;
    }

    // Only what lies between the two translations was seen: what it was before.
    private Leg? FromHalfTranslated(NetworkNamespace ns, ConntrackRecord entry)
    {
        if (!entry.IsSourceNat || !entry.IsDestinationNat || Last(HalfTranslated(entry), onlyOne: false) is not { } half || translated.ContainsKey((half, ns)))
            return null;
        return Imagine(entry.Original, half);
    }

    private void Join(Leg before, Leg after, NetworkNamespace ns, ConntrackRecord entry, bool isHalf = false)
    {
        translated[(before, ns)] = translated[(after, ns)] = entry;
        joins.Add(new LegJoin(before, after, JoinReason.Conntrack, 0) { Conntrack = entry, Namespace = ns, IsHalf = isHalf });
    }

    private static bool HasOtherIsn(Leg a, Leg b) => a.InitialSequence is { } x && b.InitialSequence is { } y && x != y;

    // Between PREROUTING and POSTROUTING one end is translated and the other is not; a bridge's own tap sees packets there.
    private void JoinHalfTranslated(Leg before, NetworkNamespace ns, ConntrackRecord entry, bool onlyCertain)
    {
        if (!entry.IsSourceNat || !entry.IsDestinationNat)
            return;
        var half = Last(HalfTranslated(entry), onlyCertain);
        if (half is null || HasOtherIsn(before, half))
            return;
        union.Unite(before.Index, half.Index);
        Join(before, half, ns, entry, isHalf: true);
    }

    // Two entries of one namespace are two connections.
    private bool AreApart(Leg a, Leg b)
    {
        if (translated.Count == 0)
            return false;
        foreach (var ns in network.Namespaces)
        {
            if (translated.TryGetValue((a, ns), out var x) && translated.TryGetValue((b, ns), out var y) && !ReferenceEquals(x, y))
                return true;
        }

        return false;
    }

    private Leg? Last(in FiveTuple tuple, bool onlyOne)
    {
        if (!byTuple.TryGetValue(tables.Tuples.Find(tuple), out var candidates) || (onlyOne && candidates.Count > 1))
            return null;
        return candidates.MaxBy(l => l.Spans.Count == 0 ? long.MinValue : l.Spans.Max(s => s.Last));
    }

    private List<LegGroup> Groups()
    {
        var byRoot = new LegGroup?[legs.Count];
        foreach (var leg in legs)
            (byRoot[union.Root(leg.Index)] ??= new LegGroup()).Legs.Add(leg);
        foreach (var join in joins)
        {
            byRoot[union.Root(join.A.Index)]!.Joins.Add(join);
            if (join.Reason == JoinReason.Ambiguous)
                byRoot[union.Root(join.B.Index)]!.Joins.Add(join);
        }

        foreach (var group in byRoot)
        {
            if (group?.Legs.Count > 1)
                TurnAlike(group.Legs);
        }

        return [.. byRoot.OfType<LegGroup>().Where(g => g.Legs.Exists(l => !l.IsVirtual))];
    }

    // Legs that know who is the client outvote those that do not; then the longer ones count.
    private void TurnAlike(List<Leg> members)
    {
        var votes = members.Sum(l => (l.IsDirectionCertain ? 1L << 32 : l.Count) * (union.IsTurned(l.Index) ? -1 : 1));
        foreach (var leg in members)
        {
            if (union.IsTurned(leg.Index) == (votes >= 0))
                leg.Flip();
        }
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

    /// <summary>Only the dumped rules lead from one to the other, and to no other.</summary>
    Rule,

    /// <summary>Packets look alike, as others do: not joined.</summary>
    Ambiguous,
}

/// <summary>Why two legs are one connection.</summary>
internal sealed record LegJoin(Leg A, Leg B, JoinReason Reason, int Packets)
{
    public ConntrackRecord? Conntrack { get; init; }

    public NetworkNamespace? Namespace { get; init; }

    /// <summary>The rule that translates, for <see cref="JoinReason.Rule"/>.</summary>
    public SourceLocation? Rule { get; init; }

    /// <summary>What was taken for the client of <see cref="B"/> is its server.</summary>
    public bool IsTurned { get; init; }

    /// <summary><see cref="B"/> lies between the two translations of <see cref="Conntrack"/>.</summary>
    public bool IsHalf { get; init; }
}
