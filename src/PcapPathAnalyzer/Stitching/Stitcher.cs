using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Stitching;

/// <summary>Observations in, flows out: legs, joins across translations, clocks, transmissions, paths.</summary>
internal sealed class Stitcher(ObservationStore store, Network network, IReadOnlyDictionary<string, long>? statedClocks = null)
{
    /// <summary>Connections and packets of each that the clocks are estimated from.</summary>
    private const int ClockFlows = 4000;
    private const int ClockPackets = 400;

    public StitchResult Stitch()
    {
        var builder = new LegBuilder(store);
        var legs = builder.Build();
        var groups = new LegJoiner(store, legs, network).Join();
        var clocks = EstimateClocks(groups);
        var flows = new FlowBuilder(store, network, clocks);
        var built = groups.Select(g => flows.Build(g.Legs, g.Joins)).OrderBy(f => f.FirstTime).ThenBy(f => f.Requested.ToString(), StringComparer.Ordinal).ToList();
        for (var i = 0; i < built.Count; i++)
            built[i].Number = i + 1;
        Number(built);
        return new StitchResult(built, clocks);
    }

    // Copies that nothing but the path can have separated: one sighting per hop, told apart by IP identification or timestamps.
    private ClockTable EstimateClocks(List<(List<Leg> Legs, List<LegJoin> Joins)> groups)
    {
        var estimator = new ClockEstimator(store, statedClocks);
        var order = new PathOrder(store, network, clocks: null);
        foreach (var (legs, _) in groups.Take(ClockFlows))
        {
            var seen = legs.Where(l => !l.IsVirtual).ToList();
            if (seen.SelectMany(l => l.Observations).Select(i => store.Points[store[i].Point].Clock).Distinct().Take(2).Count() < 2)
                continue;
            var (sender, receiver) = FlowBuilder.Ends(store, network, legs);
            var (there, back) = FlowBuilder.SplitDirections(store, seen);
            Feed(there, sender, receiver);
            Feed(back, receiver, sender);
        }

        return estimator.Estimate();

        void Feed(List<int> observations, NetworkNamespace? sender, NetworkNamespace? receiver)
        {
            var copies = observations.Where(i => store[i].Kind == ObservationKind.Packet && (store[i].HasIdentification() || store[i].HasTcpTimestamp() || store[i].PayloadHash > 1)).Take(ClockPackets)
                .GroupBy(i => store[i].Identity()).Select(OncePerHop).OfType<List<int>>().ToList();
            var hops = order.Order(copies, sender, receiver).Select((k, n) => (k, n)).ToDictionary(p => p.k, p => p.n);
            foreach (var copy in copies)
                estimator.Add(copy.OrderBy(i => hops[PathOrder.Key(store[i])]).ToList());
        }
    }

    // A packet with an IP identification may be in a capture twice; without one, two sightings at a hop may be two packets.
    private List<int>? OncePerHop(IEnumerable<int> copies)
    {
        var all = copies.ToList();
        var once = all.DistinctBy(i => PathOrder.Key(store[i])).ToList();
        return once.Count > 1 && (once.Count == all.Count || store[all[0]].HasIdentification()) ? once : null;
    }

    private static void Number(List<Flow> flows)
    {
        var number = 0;
        foreach (var t in flows.SelectMany(f => f.Forward.Transmissions.Concat(f.Reply.Transmissions).Select(t => (Flow: f, Transmission: t))).OrderBy(p => p.Transmission.Time).ThenBy(p => p.Flow.Number))
            t.Transmission.Number = ++number;
    }
}

internal sealed record StitchResult(List<Flow> Flows, ClockTable Clocks);
