using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Stitching;

/// <summary>What tells one hop of a direction from another at the same place.</summary>
internal readonly record struct HopKey(int Point, int Tuple, int Tunnel, int TtlDrop, PacketHeading Heading);

/// <summary>
/// Orders the hops of one direction along the way: by TTL first, then by which node hands over to which, within a node
/// by time (one clock), and by the shape of the network where times are equal. Never by raw time across nodes.
/// </summary>
internal sealed class PathOrder(ObservationStore store, Network network, ClockTable? clocks)
{
    private const int Sample = 64;

    /// <summary>Steps down from the usual initial TTL (64, 128, 255): the number of routers passed.</summary>
    public static int TtlDrop(byte ttl) => (ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255) - ttl;

    public static HopKey Key(in Observation o) => new(o.Point, o.Tuple, o.Tunnel, TtlDrop(o.Ttl), o.Heading);

    /// <param name="transmissions">Observations of each, in any order.</param>
    /// <param name="sender">Namespace the packets come from, where known.</param>
    /// <param name="receiver">Namespace they go to, where known.</param>
    public List<HopKey> Order(List<List<int>> transmissions, NetworkNamespace? sender, NetworkNamespace? receiver)
    {
        var hops = new List<HopInfo>();
        var byKey = new Dictionary<HopKey, HopInfo>();
        foreach (var t in transmissions)
        {
            foreach (var i in t)
            {
                var key = Key(store[i]);
                if (!byKey.TryGetValue(key, out var hop))
                {
                    byKey.Add(key, hop = new HopInfo(key, store.Points[key.Point], hops.Count, i));
                    hop.Rank = StructuralRank(hop.Point, sender, receiver);
                    hops.Add(hop);
                }
            }
        }

        if (hops.Count < 2)
            return [.. hops.Select(h => h.Key)];
        var before = Precedence(transmissions, byKey, hops.Count);
        var ordered = new List<HopKey>(hops.Count);
        var levels = hops.GroupBy(h => h.Key.TtlDrop).OrderBy(g => g.Key).Select(g => g.ToList()).ToList();
        for (var level = 0; level < levels.Count; level++)
        {
            var earlier = level > 0 ? levels[level - 1] : null;
            var later = level + 1 < levels.Count ? levels[level + 1] : null;
            var clocksHere = levels[level].GroupBy(h => h.Point.Clock, StringComparer.Ordinal).ToList();
            foreach (var group in clocksHere.OrderBy(g => HandOver(g.Key, [.. g], earlier, later, sender, receiver)).ThenBy(g => MedianTime(g)).ThenBy(g => g.Key, StringComparer.Ordinal))
                ordered.AddRange(WithinClock([.. group], before).Select(h => h.Key));
        }

        return ordered;
    }

    // before[a, b]: how many transmissions showed a earlier than b, less those that showed the contrary.
    private int[,] Precedence(List<List<int>> transmissions, Dictionary<HopKey, HopInfo> byKey, int count)
    {
        var before = new int[count, count];
        var taken = 0;
        foreach (var t in transmissions)
        {
            if (t.Count < 2 || taken++ > Sample)
                continue;
            for (var x = 0; x < t.Count; x++)
            {
                for (var y = x + 1; y < t.Count; y++)
                {
                    ref var a = ref store[t[x]];
                    ref var b = ref store[t[y]];
                    if (a.Time == b.Time || store.Points[a.Point].Clock != store.Points[b.Point].Clock)
                        continue;
                    var (first, second) = a.Time < b.Time ? (byKey[Key(a)].Index, byKey[Key(b)].Index) : (byKey[Key(b)].Index, byKey[Key(a)].Index);
                    before[first, second]++;
                    before[second, first]--;
                }
            }
        }

        return before;
    }

    // Repeatedly takes the hop that nothing left precedes; a cycle (noise) is broken by structure.
    private static List<HopInfo> WithinClock(List<HopInfo> hops, int[,] before)
    {
        var ordered = new List<HopInfo>(hops.Count);
        var left = hops.OrderBy(h => h.Rank).ThenBy(h => h.Index).ToList();
        while (left.Count > 0)
        {
            var next = left.Find(h => left.TrueForAll(o => o == h || before[o.Index, h.Index] < 0 || (before[o.Index, h.Index] == 0 && h.Rank <= o.Rank)))
                ?? left.MinBy(h => left.Count(o => before[o.Index, h.Index] > 0))!;
            left.Remove(next);
            ordered.Add(next);
        }

        return ordered;
    }

    private double MedianTime(IEnumerable<HopInfo> hops) =>
        clocks is null ? 0 : hops.Select(h => (double)clocks.Corrected(store[h.Sample])).Order().First();

    // Small for the node that hands the packet on, large for the one that takes it.
    private int HandOver(string clock, List<HopInfo> hops, List<HopInfo>? earlier, List<HopInfo>? later, NetworkNamespace? sender, NetworkNamespace? receiver)
    {
        var score = 0;
        if (earlier?.Exists(h => h.Point.Clock == clock) == true)
            score -= 8;
        if (later?.Exists(h => h.Point.Clock == clock) == true)
            score += 8;
        foreach (var hop in hops)
        {
            ref var o = ref store[hop.Sample];
            var tunnel = store.Tunnels[o.Tunnel];
            if (o.Tunnel != 0)
                score += Owns(clock, tunnel.OuterDestination) - Owns(clock, tunnel.OuterSource);
            if (o.Macs != 0 && hop.Point.Device is { } device && o.Tunnel == 0)
                score += (store.Macs[o.Macs].Destination == device.Mac ? 1 : 0) - (store.Macs[o.Macs].Source == device.Mac ? 1 : 0);
            var tuple = store.Tuples[o.Tuple];
            score += (2 * Owns(clock, tuple.Destination)) - (2 * Owns(clock, tuple.Source));
        }

        if (sender?.Node.Name == clock)
            score -= 4;
        if (receiver?.Node.Name == clock)
            score += 4;
        return score;
    }

    private int Owns(string clock, IpAddress address)
    {
        foreach (var owner in network.Owners(address))
        {
            if (owner.Namespace.Node.Name == clock)
                return 1;
        }

        return 0;
    }

    // Sender's namespace, its veth, the bridge, tunnels, the NIC; then the same outside in.
    internal static int StructuralRank(CapturePoint point, NetworkNamespace? sender, NetworkNamespace? receiver)
    {
        if (point.Home is null)
            return 10;
        if (point.Home == sender)
            return sender.IsNode ? InsideRank(point) : 0;
        if (point.Home == receiver)
            return receiver.IsNode ? 20 - InsideRank(point) : 20;
        if (point.Device?.Peer?.Namespace is { } far)
        {
            if (far == sender)
                return 1;
            if (far == receiver)
                return 19;
        }

        var outgoing = point.Home.Node == sender?.Node;
        var incoming = point.Home.Node == receiver?.Node;
        return outgoing == incoming ? 10 : outgoing ? InsideRank(point) : 20 - InsideRank(point);
    }

    private static int InsideRank(CapturePoint point) => point.Device switch
    {
        { IsBridge: true } => 3,
        { IsVxlan: true } or { Link.Tunnel: not null } => 5,
        { Master: not null } => 2,
        _ => 6,
    };

    private sealed class HopInfo(HopKey key, CapturePoint point, int index, int sample)
    {
        public HopKey Key { get; } = key;

        public CapturePoint Point { get; } = point;

        public int Index { get; } = index;

        public int Sample { get; } = sample;

        public int Rank { get; set; }
    }
}
