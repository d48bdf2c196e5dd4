using System.Runtime.InteropServices;
using PcapPathAnalyzer.Stitching.Building;
using PcapPathAnalyzer.Stitching.Legs;
using PcapPathAnalyzer.Stitching.Matching;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Stitching.Trails;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Stitching.Clocks;

/// <summary>
/// Estimates the nodes' clocks from connections that more than one node saw, some of all times, so that a drift shows.
/// </summary>
internal sealed class ClockSample(Observations observations, Network network)
{
    /// <summary>Connections the clocks are estimated from.</summary>
    private const int Connections = 400;

    /// <summary>Observations of one connection in one file that are looked at, at least: of so many connections the shortest transits are short enough.</summary>
    private const int PerConnection = 16;

    /// <summary>The same of all connections together, where they are few (up to <see cref="Few"/>): a long one shows a drift.</summary>
    private const int Together = 16_000;
    private const int Few = 100;

    /// <summary>Packets that are asked for the order of hops within a node.</summary>
    private const int Witnesses = 8;

    private readonly ObservationTables tables = observations.Tables;

    public ClockTable Estimate(List<LegGroup> groups)
    {
        var estimator = new ClockEstimator(tables, network.StatedClocks);
        var cut = observations.Insides is null ? [] : CutAtMoreClocks();
        var chosen = Spread(groups.FindAll(g => IsSeenByMoreClocks(g) || g.Legs.Exists(l => cut.Contains(l.Index))));
        if (chosen.Count == 0)
            return estimator.Estimate();
        var taken = Collect(chosen);
        var copies = new List<(Observation[] InPathOrder, bool IsGuess)>[chosen.Count];
        Parallel.For(0, chosen.Count, g => copies[g] = Copies(chosen[g], taken[g].ToArray()));
        foreach (var (inPathOrder, isGuess) in copies.SelectMany(static c => c))
            estimator.Add(inPathOrder, isGuess);
        return estimator.Estimate();
    }

    private static bool IsSeenByMoreClocks(LegGroup group)
    {
        string? first = null;
        foreach (var leg in group.Legs)
        {
            foreach (var span in leg.Spans)
            {
                first ??= span.Clock;
                if (first != span.Clock)
                    return true;
            }
        }

        return false;
    }

    // Legs do not count packets that are known by the tunnel around them only.
    private HashSet<int> CutAtMoreClocks()
    {
        var (first, more) = (new Dictionary<int, string>(), new HashSet<int>());
        for (var file = 0; file < observations.Files; file++)
        {
            observations.ForEachSingle(file, consume: false, block =>
            {
                foreach (ref readonly var o in block)
                {
                    if (o.Kind == ObservationKind.CutInside && o.Leg >= 0 && tables.Points[o.Point].Clock is var clock && !first.TryAdd(o.Leg, clock) && first[o.Leg] != clock)
                        more.Add(o.Leg);
                }
            });
        }

        return more;
    }

    private static List<LegGroup> Spread(List<LegGroup> groups)
    {
        var step = Math.Max(1, groups.Count / Connections);
        return [.. groups.Where((_, i) => i % step == 0).Take(Connections)];
    }

    private List<Observation>[] Collect(List<LegGroup> chosen)
    {
        var ofLeg = new int[observations.Legs.Count];
        for (var g = 0; g < chosen.Count; g++)
        {
            foreach (var leg in chosen[g].Legs)
                ofLeg[leg.Index] = g + 1;
        }

        var taken = chosen.Select(_ => new List<Observation>()).ToArray();
        var perConnection = Math.Max(PerConnection, Together / chosen.Count * Few / Math.Max(Few, chosen.Count));
        var windows = new SpillWindows();
        for (var file = 0; file < observations.Files; file++)
        {
            var begun = Array.ConvertAll(taken, static t => t.Count);
            for (var t = 0; t < observations.Trails(file); t++)
            {
                var number = new TrailNumber(file, t);
                if (ofLeg[observations.LegOf(number)] is not (> 0 and var g))
                    continue;
                var trail = observations.Trail(number);
                foreach (ref readonly var record in observations.Read(number, perConnection, windows, static n => new PacketRecord[n]).Span)
                    taken[g - 1].Add(record.On(trail));
            }

            var onTrails = Array.ConvertAll(taken, static t => t.Count);
            observations.ForEachSingle(file, consume: false, block =>
            {
                foreach (ref readonly var o in block)
                {
                    if (o.Leg < 0 || ofLeg[o.Leg] is not (> 0 and var g) || !IsComparable(o))
                        continue;
                    if (taken[g - 1].Count - onTrails[g - 1] < perConnection)
                        taken[g - 1].Add(o);
                }
            });

            // The first ones in the file, of all its trails together.
            for (var g = 0; g < taken.Length; g++)
            {
                var here = CollectionsMarshal.AsSpan(taken[g])[begun[g]..];
                here.Sort(static (a, b) => a.Frame.CompareTo(b.Frame));
                if (here.Length > perConnection)
                    CollectionsMarshal.SetCount(taken[g], begun[g] + perConnection);
            }
        }

        return taken;
    }

    // What the snap length cut inside a tunnel is as good: both NICs show the identification of the packet around it.
    private static bool IsComparable(in Observation o) => o.Kind is ObservationKind.Packet or ObservationKind.CutInside || o.IsFirstFragment();

    // Packets of one connection that several hops saw, each in path order.
    private List<(Observation[] InPathOrder, bool IsGuess)> Copies(LegGroup group, Observation[] items)
    {
        var (sender, receiver) = FlowBuilder.Ends(tables, network, group.Legs);
        var ways = Enumerable.Range(0, items.Length).ToLookup(i => observations.Legs[items[i].Leg].IsForward(items[i]));
        var nearness = new ClockNearness(tables).Of([.. ways[true].Where(i => IsTelling(items[i])).Select(i => items[i])], [.. ways[false].Where(i => IsTelling(items[i])).Select(i => items[i])]);
        return [.. Copies([.. ways[true]], items, sender, receiver, nearness), .. Copies([.. ways[false]], items, receiver, sender, nearness.ToDictionary(static n => n.Key, static n => -n.Value, StringComparer.Ordinal))];
    }

    // Copies that nothing but the path can have separated: one sighting per hop.
    private IEnumerable<(Observation[] InPathOrder, bool IsGuess)> Copies(int[] indices, Observation[] items, NetworkNamespace? sender, NetworkNamespace? receiver, IReadOnlyDictionary<string, int> nearness)
    {
        var byIdentity = new Dictionary<ulong, List<int>>();
        var keys = Array.ConvertAll(items, o => PathOrder.Key(o, tables));
        foreach (var i in indices)
        {
            ref var o = ref items[i];
            if (!IsTelling(o))
                continue;
            var identity = IdentityOf(o, tables);
            if (!byIdentity.TryGetValue(identity, out var list))
                byIdentity.Add(identity, list = []);
            list.Add(i);
        }

        var copies = byIdentity.Values.Select(c => OncePerHop(items, keys, c)).OfType<List<int>>().ToList();
        var hops = new List<HopCandidate>();
        var hopAt = new int[items.Length];
        foreach (var i in copies.SelectMany(c => c))
        {
            hopAt[i] = hops.FindIndex(h => h.Key == keys[i]);
            if (hopAt[i] >= 0)
                continue;
            hopAt[i] = hops.Count;
            hops.Add(new HopCandidate(keys[i], tables.Points[keys[i].Point], hops.Count, items[i]));
        }

        var place = new int[hops.Count];
        var order = new PathOrder(tables, network);
        var ordered = order.Order(hops, Precedence(items, copies, hops, hopAt), sender, receiver, nearness);
        for (var n = 0; n < ordered.Count; n++)
            place[ordered[n].Index] = n;
        return copies.Select(copy => copy.OrderBy(i => place[hopAt[i]]).Select(i => items[i]).ToArray()).Select(c => (c, order.IsGuess));
    }

    internal static ulong IdentityOf(in Observation o, ObservationTables tables) =>
        ObservationFacts.WithWhole(o.IsFirstFragment() ? o.DatagramIdentity(tables) : o.Identity(), o.WholeHash);

    // Told from others by IP identification, timestamps, or bytes that nobody sends twice but for a loss.
    private static bool IsTelling(in Observation o) =>
        o.HasIdentification() || o.HasTcpTimestamp() || o.PayloadHash > 1 || (o.HasTcp() && Retransmission.SegmentLength(o) > 0);

    private static int[,] Precedence(Observation[] items, List<List<int>> copies, List<HopCandidate> hops, int[] hopAt)
    {
        var before = new int[hops.Count, hops.Count];
        foreach (var copy in copies.Take(Witnesses))
        {
            foreach (var x in copy)
            {
                foreach (var y in copy)
                {
                    if (ReferenceEquals(hops[hopAt[x]].Point.Clock, hops[hopAt[y]].Point.Clock))
                        before[hopAt[x], hopAt[y]] += items[y].Time.CompareTo(items[x].Time);
                }
            }
        }

        return before;
    }

    // A packet with a number of its own may be in a capture twice; of others, two sightings at a hop may be two packets.
    private List<int>? OncePerHop(Observation[] items, HopKey[] keys, List<int> copies)
    {
        var once = copies.DistinctBy(i => keys[i]).ToList();
        return once.Count > 1 && (once.Count == copies.Count || items[copies[0]].HasIdentification() || AreEchoes(items, keys, copies)) ? once : null;
    }

    private bool AreEchoes(Observation[] items, HopKey[] keys, List<int> copies) =>
        items[copies[0]].IsNumbered(tables) && copies.GroupBy(i => keys[i]).All(g => g.Max(i => items[i].Time) - g.Min(i => items[i].Time) < TransmissionMatcher.Echo);
}
