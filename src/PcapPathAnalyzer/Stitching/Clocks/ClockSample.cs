using PcapPathAnalyzer.Stitching.Building;
using PcapPathAnalyzer.Stitching.Legs;
using PcapPathAnalyzer.Stitching.Matching;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Stitching.Clocks;

/// <summary>
/// Estimates the nodes' clocks from connections that more than one node saw: from all times where the captures can be searched whole, so that a
/// drift shows, and from the beginning of larger ones.
/// </summary>
internal sealed class ClockSample(Observations observations, Network network)
{
    /// <summary>Connections the clocks are estimated from.</summary>
    private const int Connections = 1000;

    /// <summary>Observations of one connection in one file that are looked at: the shortest of some dozen transits is short enough.</summary>
    private const int PerConnection = 64;

    /// <summary>The same of all connections, where they are few: a long one shows a drift.</summary>
    private const int Together = 16_000;

    /// <summary>Observations of one file that are searched for them.</summary>
    private const int PerFile = 4_000_000;

    /// <summary>Packets that are asked for the order of hops within a node.</summary>
    private const int Witnesses = 8;

    private readonly ObservationTables tables = observations.Tables;

    public ClockTable Estimate(List<LegGroup> groups)
    {
        var estimator = new ClockEstimator(tables, network.StatedClocks);
        var chosen = groups.Where(g => g.Legs.SelectMany(l => l.Spans).DistinctBy(s => s.Clock, StringComparer.Ordinal).Skip(1).Any()).ToList();
        chosen = observations.Count <= PerFile ? Spread(chosen) : [.. chosen.Take(Connections)];
        if (chosen.Count == 0)
            return estimator.Estimate();
        var taken = Collect(chosen);
        var order = new PathOrder(tables, network);
        for (var g = 0; g < chosen.Count; g++)
        {
            var (sender, receiver) = FlowBuilder.Ends(tables, network, chosen[g].Legs);
            var items = taken[g].ToArray();
            var split = new Directions();
            split.Sort(observations.Legs, items, 0, items.Length);
            Feed(estimator, order, split.There.AsSpan(0, split.ThereCount), items, sender, receiver);
            Feed(estimator, order, split.Back.AsSpan(0, split.BackCount), items, receiver, sender);
        }

        return estimator.Estimate();
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
        var perConnection = Math.Max(PerConnection, Together / chosen.Count);
        var ends = chosen.SelectMany(g => g.Legs).SelectMany(l => l.Spans).GroupBy(s => s.Clock, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Max(s => s.Last), StringComparer.Ordinal);
        for (var file = 0; file < observations.Files; file++)
        {
            var perGroup = new int[chosen.Count];
            var searched = 0;
            observations.ForEach(file, consume: false, block =>
            {
                foreach (ref var o in block)
                {
                    if (o.Leg < 0 || ofLeg[o.Leg] == 0 || !(o.Kind == ObservationKind.Packet || o.IsFirstFragment()))
                        continue;
                    var g = ofLeg[o.Leg] - 1;
                    if (perGroup[g]++ < perConnection)
                        taken[g].Add(o);
                }

                // A whole block later than the last of them: nothing more of them comes.
                searched += block.Length;
                return searched < PerFile && ends.TryGetValue(tables.Points[block[0].Point].Clock, out var end) && block[0].Time <= end;
            });
        }

        return taken;
    }

    // Copies that nothing but the path can have separated: one sighting per hop.
    private void Feed(ClockEstimator estimator, PathOrder order, ReadOnlySpan<int> indices, Observation[] items, NetworkNamespace? sender, NetworkNamespace? receiver)
    {
        var byIdentity = new Dictionary<ulong, List<int>>();
        foreach (var i in indices)
        {
            ref var o = ref items[i];
            if (!IsTelling(o))
                continue;
            var identity = (o.IsFirstFragment() ? o.DatagramIdentity(tables) : o.Identity()) ^ (o.WholeHash * 0x9E3779B97F4A7C15UL);
            if (!byIdentity.TryGetValue(identity, out var list))
                byIdentity.Add(identity, list = []);
            list.Add(i);
        }

        var copies = byIdentity.Values.Select(c => OncePerHop(items, c)).OfType<List<int>>().ToList();
        var hops = new List<HopCandidate>();
        foreach (var i in copies.SelectMany(c => c))
        {
            var key = PathOrder.Key(items[i], tables);
            if (!hops.Exists(h => h.Key == key))
                hops.Add(new HopCandidate(key, tables.Points[key.Point], hops.Count, items[i]));
        }

        var place = order.Order(hops, Precedence(items, copies, hops), sender, receiver, byTime: false).Select((h, n) => (h.Key, n)).ToDictionary(p => p.Key, p => p.n);
        foreach (var copy in copies)
            estimator.Add(copy.OrderBy(i => place[PathOrder.Key(items[i], tables)]).Select(i => items[i]).ToArray());
    }

    // Told from others by IP identification, timestamps, or bytes that nobody sends twice but for a loss.
    private static bool IsTelling(in Observation o) =>
        o.HasIdentification() || o.HasTcpTimestamp() || o.PayloadHash > 1 || (o.HasTcp() && Retransmission.SegmentLength(o) > 0);

    private int[,] Precedence(Observation[] items, List<List<int>> copies, List<HopCandidate> hops)
    {
        var before = new int[hops.Count, hops.Count];
        foreach (var copy in copies.Take(Witnesses))
        {
            foreach (var x in copy)
            {
                foreach (var y in copy)
                {
                    var (a, b) = (hops.Find(h => h.Key == PathOrder.Key(items[x], tables))!, hops.Find(h => h.Key == PathOrder.Key(items[y], tables))!);
                    if (a.Point.Clock == b.Point.Clock)
                        before[a.Index, b.Index] += items[y].Time.CompareTo(items[x].Time);
                }
            }
        }

        return before;
    }

    // A packet with a number of its own may be in a capture twice; of others, two sightings at a hop may be two packets.
    private List<int>? OncePerHop(Observation[] items, List<int> copies)
    {
        var once = copies.DistinctBy(i => PathOrder.Key(items[i], tables)).ToList();
        return once.Count > 1 && (once.Count == copies.Count || items[copies[0]].HasIdentification() || AreEchoes(items, copies)) ? once : null;
    }

    private bool AreEchoes(Observation[] items, List<int> copies) =>
        items[copies[0]].IsNumbered(tables) && copies.GroupBy(i => PathOrder.Key(items[i], tables)).All(g => g.Max(i => items[i].Time) - g.Min(i => items[i].Time) < TransmissionMatcher.Echo);
}
