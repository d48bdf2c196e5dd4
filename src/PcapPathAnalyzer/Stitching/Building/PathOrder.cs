using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Stitching.Trails;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Stitching.Building;

/// <summary>What tells one hop of a direction from another at the same place.</summary>
internal readonly record struct HopKey(int Point, int Tuple, int Tunnel, int TtlDrop, PacketHeading Heading);

/// <summary>A hop while its place on the way is sought.</summary>
/// <param name="Key">What it is.</param>
/// <param name="Point">Where it is.</param>
/// <param name="Index">In order of first sight, from 0.</param>
/// <param name="Sample">The first packet seen there.</param>
internal sealed record HopCandidate(HopKey Key, CapturePoint Point, int Index, Observation Sample)
{
    /// <summary>Place within a node by the network's shape, 0 at the sender, 20 at the receiver.</summary>
    public int Rank { get; set; }
}

/// <summary>
/// Orders the hops of one direction along the way: by TTL first, then by which node hands over to which, within a node
/// by time (one clock), and by the shape of the network where times are equal. Never by raw time across nodes.
/// </summary>
internal sealed class PathOrder(ObservationTables tables, Network network)
{
    /// <summary>Steps down from the usual initial TTL (64, 128, 255): the number of routers passed.</summary>
    public static int TtlDrop(byte ttl) => (ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255) - ttl;

    public static HopKey Key(in Observation o, ObservationTables tables) => Key(Trail.Of(o), tables);

    public static HopKey Key(in Trail trail, ObservationTables tables) => new(tables.PlaceOf(trail.Point), trail.Tuple, trail.Tunnel, TtlDrop(trail.Ttl), trail.Heading);

    /// <summary>Nothing but the names told the order of two nodes, in some order that was asked for.</summary>
    public bool IsGuess { get; private set; }

    /// <param name="hops">By their index.</param>
    /// <param name="before">[a, b]: how many transmissions showed a earlier than b, less those that showed the contrary.</param>
    /// <param name="sender">Namespace the packets come from, where known.</param>
    /// <param name="receiver">Namespace they go to, where known.</param>
    /// <param name="nearness">By clock, its place from the sender to the receiver as far as that is known, where times of two clocks cannot be compared; null where they are on one clock.</param>
    public List<HopCandidate> Order(List<HopCandidate> hops, int[,] before, NetworkNamespace? sender, NetworkNamespace? receiver, IReadOnlyDictionary<string, int>? nearness = null)
    {
        if (hops.Count < 2)
            return hops;
        foreach (var hop in hops)
            hop.Rank = StructuralRank(hop.Point, sender, receiver);
        var ordered = new List<HopCandidate>(hops.Count);
        var levels = hops.GroupBy(h => h.Key.TtlDrop).OrderBy(g => g.Key).Select(g => g.ToList()).ToList();
        for (var level = 0; level < levels.Count; level++)
        {
            var earlier = level > 0 ? levels[level - 1] : null;
            var later = level + 1 < levels.Count ? levels[level + 1] : null;
            var clocksHere = levels[level].GroupBy(h => h.Point.Clock, StringComparer.Ordinal)
                .Select(g => (Hops: g.ToList(), Score: HandOver(g.Key, [.. g], earlier, later, sender, receiver), Tie: nearness?.GetValueOrDefault(g.Key) ?? g.Min(h => h.Sample.Time), Clock: g.Key)).ToList();
            IsGuess |= clocksHere.DistinctBy(static g => (g.Score, g.Tie)).Count() < clocksHere.Count;
            foreach (var (group, _, _, _) in clocksHere.OrderBy(static g => g.Score).ThenBy(static g => g.Tie).ThenBy(static g => g.Clock, StringComparer.Ordinal))
                ordered.AddRange(BridgeBetweenPorts(WithinClock(group, before), receiver));
        }

        return ordered;
    }

    // Repeatedly takes the hop that nothing left precedes; a cycle (noise) is broken by structure.
    private static List<HopCandidate> WithinClock(List<HopCandidate> hops, int[,] before)
    {
        var ordered = new List<HopCandidate>(hops.Count);
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

    // A bridge in promiscuous mode hands its own tap a copy of what it switches after it has sent it out of the port
    // (br_handle_frame_finish: br_forward, then br_pass_frame_up): the tap lies between the ports, whatever the clock says.
    private static List<HopCandidate> BridgeBetweenPorts(List<HopCandidate> hops, NetworkNamespace? receiver)
    {
        for (var i = 0; i < hops.Count; i++)
        {
            if (hops[i].Point.Device is not { IsBridge: true } bridge)
                continue;
            // A port that sees what it sees under two tuples is one.
            var ports = hops.Take(i).Where(h => h.Point.Device?.Master == bridge).DistinctBy(static h => h.Point.Device).ToList();
            var egress = ports.Find(p => p.Point.Device!.Peer?.Namespace == receiver && receiver is not null && p.Rank > 10) ?? ports.ElementAtOrDefault(1);
            if (egress is null)
                continue;
            var tap = hops[i];
            hops.RemoveAt(i);
            hops.Insert(hops.IndexOf(egress), tap);
        }

        return hops;
    }

    // Small for the node that hands the packet on, large for the one that takes it.
    private int HandOver(string clock, List<HopCandidate> hops, List<HopCandidate>? earlier, List<HopCandidate>? later, NetworkNamespace? sender, NetworkNamespace? receiver)
    {
        var score = 0;
        if (earlier?.Exists(h => h.Point.Clock == clock) == true)
            score -= 8;
        if (later?.Exists(h => h.Point.Clock == clock) == true)
            score += 8;
        foreach (var hop in hops)
        {
            var o = hop.Sample;
            var tunnel = tables.Tunnels[o.Tunnel];
            if (o.Tunnel != 0)
                score += Owns(clock, tunnel.OuterDestination) - Owns(clock, tunnel.OuterSource);
            if (o.Macs != 0 && hop.Point.Device is { } device && o.Tunnel == 0)
                score += (tables.Macs[o.Macs].Destination == device.Mac ? 1 : 0) - (tables.Macs[o.Macs].Source == device.Mac ? 1 : 0);
            var tuple = tables.Tuples[o.Tuple];
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
}
