using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Legs;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Stitching.Insides;

/// <summary>
/// Finds whose packets are inside tunnels where the snap length left nothing of them but lengths: the connection that sent packets of these lengths
/// at these times into the tunnel, or got them out of it, by the clock of the same node. The best one is taken only where no other
/// is nearly as good; what is decided takes its packets away from the others, and the rest is tried again.
/// </summary>
internal sealed class InsideFinder(Observations observations, Network network, List<LegGroup> groups)
{
    /// <summary>Packets of a tunnel's flow that are asked who may have sent them.</summary>
    private const int Samples = 8;

    /// <summary>Times that what could not be decided is tried again.</summary>
    private const int Rounds = 8;

    /// <summary>Stretches of time that are tried.</summary>
    private const int MostParts = 10_000;

    private readonly ObservationTables tables = observations.Tables;
    private readonly Dictionary<(InsideSequence Sequence, int Place), int[]> used = [];

    /// <summary>Null where nothing was cut, or nothing can be told.</summary>
    public InsideTable? Find()
    {
        if (!tables.Points.Exists(static p => p.Tunnels.Any(static t => t.Cut > 0)))
            return null;
        var flows = Collect();
        if (flows.Count == 0)
            return null;
        var places = flows.SelectMany(static f => f.Places).ToList();
        var sequences = new InsideSequences(observations, groups, places.Select(static p => p.Clock).ToHashSet(StringComparer.Ordinal), places.Max(static p => p.Longest));
        return sequences.IsTooMany ? null : Decide(flows, sequences);
    }

    private List<CutFlow> Collect()
    {
        var flows = new Dictionary<(int Tuple, int Tunnel), CutFlow>();
        for (var file = 0; file < observations.Files; file++)
        {
            observations.ForEachSingle(file, consume: false, block =>
            {
                foreach (ref readonly var o in block)
                {
                    if (o.Kind != ObservationKind.CutInside)
                        continue;
                    if (!flows.TryGetValue((o.Tuple, o.Tunnel), out var flow))
                        flows.Add((o.Tuple, o.Tunnel), flow = new CutFlow(o.Tuple, o.Tunnel));
                    flow.Add(o, tables);
                }
            });
        }

        foreach (var place in flows.Values.SelectMany(static f => f.Places))
            place.Settle();
        return [.. flows.Values];
    }

    // Where nobody fits, several connections may have had the port one after the other: then stretches of time are tried.
    private InsideTable Decide(List<CutFlow> flows, InsideSequences sequences)
    {
        var table = new InsideTable(tables, groups);
        for (var parts = 0; flows.Count > 0 && parts < MostParts; parts += flows.Count)
            flows = [.. Decide(flows, sequences, table).SelectMany(static f => f.Parts())];
        return table;
    }

    // Says who fits nobody.
    private List<CutFlow> Decide(List<CutFlow> open, InsideSequences sequences, InsideTable table)
    {
        var rivals = new Dictionary<CutFlow, List<Candidate>>();
        for (var round = 0; round < Rounds; round++)
        {
            rivals.Clear();
            var certain = new List<(CutFlow Flow, Candidate Best)>();
            foreach (var flow in open)
            {
                var candidates = Candidates(flow, sequences);
                if (candidates.Count == 0)
                    continue;
                var best = candidates[0];
                var others = candidates.FindAll(c => c.Way != best.Way && best.Fit.IsRivalledBy(c.Fit));
                if (others.Count > 0)
                    rivals.Add(flow, [best, .. others]);
                else if (IsEnough(flow, best))
                    certain.Add((flow, best));
            }

            var decided = new HashSet<CutFlow>();
            foreach (var (flow, best) in certain.OrderBy(static c => c.Best.Fit.Missed).ThenBy(static c => c.Best.Fit.Slowest).ThenBy(static c => c.Flow.Tuple))
            {
                // Another flow of the tunnel may have taken packets since.
                if (Fit(flow, best.Way, sequences, take: false) != best.Fit)
                    continue;
                var missed = new List<(CutSequence Place, CutPacket Packet)>();
                Fit(flow, best.Way, sequences, take: true, missed);
                var inside = Inside(flow, best.Way, sequences);
                var strangers = missed.Where(m => IsAnothers(m.Packet, m.Place, flow, best.Way, sequences)).Select(static m => m.Packet).ToHashSet();
                var (own, others) = strangers.Count == 0 ? ([flow], []) : flow.Without(strangers);
                table.Add(own, inside, best);
                open.AddRange(others);
                decided.Add(flow);
            }

            open.RemoveAll(decided.Contains);
            if (decided.Count == 0)
                break;
        }

        foreach (var (flow, candidates) in rivals)
            table.AddAmbiguous(flow, candidates.Select(static c => c.Way.Group).Distinct().ToList());
        return open.FindAll(f => !rivals.ContainsKey(f));
    }

    // One packet that fits may do so by chance, unless the frame around it is the one that the tunnel's own device saw; and so may a few that
    // were taken from many, unless all are there and come at once.
    private static bool IsEnough(CutFlow flow, Candidate best) =>
        (!flow.IsPart || (best.Fit.IsPrompt && best.Fit.Matched == flow.Count))
        && (best.Fit.Matched > 1 || (flow.Places[0].Packets[0] is { Macs: not 0 } only && best.Nearest.Sample.Macs == only.Macs));

    // The best first.
    private List<Candidate> Candidates(CutFlow flow, InsideSequences sequences)
    {
        var ways = new HashSet<Way>();
        foreach (var place in flow.Places)
        {
            var heading = HeadingAt(place, flow);
            var step = Math.Max(1, place.Packets.Count / Samples);
            for (var i = 0; i < place.Packets.Count; i += step)
            {
                var (from, to) = InsideFit.Window(place.Packets[i], heading);
                foreach (var sequence in sequences.With(place.Clock, place.Packets[i].Length, from, to))
                {
                    if (MayBeInside(sequence, flow))
                        ways.Add(sequence.Way);
                }
            }
        }

        var found = new List<Candidate>();
        foreach (var way in ways)
        {
            if (Fit(flow, way, sequences, take: false) is { IsGood: true } fit)
                found.Add(new Candidate(way, fit, flow.Places.Select(p => sequences.Find(way, p.Clock)).OfType<InsideSequence>().First()));
        }

        found.Sort(static (a, b) => a.Fit.IsBetter(b.Fit) ? -1 : b.Fit.IsBetter(a.Fit) ? 1 : a.Way.Group.CompareTo(b.Way.Group));
        return found;
    }

    // What a capture missed of the connection is still its own, unless another one has it.
    private bool IsAnothers(CutPacket packet, CutSequence place, CutFlow flow, Way way, InsideSequences sequences)
    {
        var (from, to) = InsideFit.Window(packet, HeadingAt(place, flow));
        return sequences.With(place.Clock, packet.Length, from, to).Any(s => s.Way != way && s.Place != place.Place && MayBeInside(s, flow) && InsideFit.HasAtOnce(packet, s, place.Longest, Used(s, place)));
    }

    private int[] Used(InsideSequence sequence, CutSequence place)
    {
        if (!used.TryGetValue((sequence, place.Place), out var taken))
            used.Add((sequence, place.Place), taken = new int[sequence.Packets.Count]);
        return taken;
    }

    private InsideFit Fit(CutFlow flow, Way way, InsideSequences sequences, bool take, List<(CutSequence Place, CutPacket Packet)>? missed = null)
    {
        var sum = default(InsideFit);
        foreach (var place in flow.Places)
        {
            if (sequences.Find(way, place.Clock) is not { } sequence || sequence.Place == place.Place)
                continue;
            var taken = Used(sequence, place);
            var strangers = missed is null ? null : new List<CutPacket>();
            sum += InsideFit.Of(place, sequence, HeadingAt(place, flow), take ? taken : [.. taken], strangers);
            missed?.AddRange(strangers!.Select(p => (place, p)));
        }

        return sum;
    }

    private TunnelHeading HeadingAt(CutSequence place, CutFlow flow)
    {
        var tunnel = tables.Tunnels[flow.Tunnel];
        var (goesOut, comesIn) = (IsOf(tunnel.OuterSource, place.Clock), IsOf(tunnel.OuterDestination, place.Clock));
        return goesOut == comesIn ? TunnelHeading.Unknown : goesOut ? TunnelHeading.Out : TunnelHeading.In;
    }

    private bool IsOf(IpAddress address, string node) => network.Owners(address).Any(o => o.Namespace.Node.Name == node);

    // What is left of the header inside must agree, and a pod of one end of the tunnel sends nothing to itself through it.
    private bool MayBeInside(InsideSequence sequence, CutFlow flow)
    {
        var (tuple, tunnel) = (tables.Tuples[sequence.Sample.Tuple], tables.Tunnels[flow.Tunnel]);
        var left = tables.Tuples[flow.Places[0].Packets[0].InsideTuple];
        if (left.DestinationPort != 0 && left.DestinationPort == 4 != tuple.Source.IsIpv4)
            return false;
        if (left.Protocol != 0 && left.Protocol != tuple.Protocol)
            return false;
        return !IsElsewhere(tuple.Destination, tunnel.OuterDestination) && !(network.Owner(tuple.Source) is { } sender && network.Owner(tunnel.OuterDestination) is { } end && sender.Node == end.Node);
    }

    private bool IsElsewhere(IpAddress address, IpAddress end) => network.Owner(address) is { } home && network.Owner(end) is { } node && home.Node != node.Node;

    // Under which of its tuples the connection is inside the tunnel.
    private Inside Inside(CutFlow flow, Way way, InsideSequences sequences)
    {
        var (left, tunnel) = (flow.Places[0].Packets[0], tables.Tunnels[flow.Tunnel]);
        var source = tables.Tuples[left.InsideTuple].Source;
        var best = sequences.Of(way)
            .OrderByDescending(s => !source.IsNone && tables.Tuples[s.Sample.Tuple].Source == source)
            .ThenByDescending(s => IsSameFrame(s, left) || sequences.Rank(s) == 2)
            .ThenByDescending(s => network.Owner(tables.Tuples[s.Sample.Tuple].Destination)?.Node is { } node && node == network.Owner(tunnel.OuterDestination)?.Node)
            .ThenByDescending(s => IsOf(tunnel.OuterSource, sequences.ClockOf(s)))
            .ThenBy(s => s.Sample.Ttl)
            .ThenBy(static s => s.Sample.Tuple)
            .ThenBy(static s => s.Place)
            .First();
        // Into the tunnel, and out of it, the node routes.
        var ttl = IsSameFrame(best, left) || sequences.Rank(best) == 2 ? best.Sample.Ttl : IsOf(tunnel.OuterSource, sequences.ClockOf(best)) ? best.Sample.Ttl - 1 : best.Sample.Ttl + 1;
        var (leg, tuple) = Behind(way, tunnel, best.Sample.Leg, best.Sample.Tuple);
        return new Inside(leg, tuple, (byte)Math.Clamp(ttl, 1, byte.MaxValue));
    }

    // What was seen may be one side of a translation only, and conntrack knows the other: the one whose ends are the tunnel's ends' is inside.
    private (int Leg, int Tuple) Behind(Way way, TunnelKey tunnel, int leg, int tuple)
    {
        if (IsBetweenEnds(tuple))
            return (leg, tuple);
        foreach (var other in groups[way.Group].Legs)
        {
            var inside = way.IsForward ? other.Forward : other.Reverse;
            if (other.IsVirtual && IsBetweenEnds(inside))
                return (other.Index, inside);
        }

        return (leg, tuple);

        bool IsBetweenEnds(int number) => IsBehind(tables.Tuples[number].Source, tunnel.OuterSource) && IsBehind(tables.Tuples[number].Destination, tunnel.OuterDestination);

        bool IsBehind(IpAddress address, IpAddress end) => network.Owner(address)?.Node is { } node && node == network.Owner(end)?.Node;
    }

    private static bool IsSameFrame(InsideSequence sequence, in CutPacket packet) => packet.Macs != 0 && sequence.Sample.Macs == packet.Macs;
}

/// <summary>One direction of a connection that may be inside a tunnel's flow.</summary>
/// <param name="Way">Which.</param>
/// <param name="Fit">How well it fits.</param>
/// <param name="Nearest">What was seen of it nearest to the tunnel.</param>
internal sealed record Candidate(Way Way, InsideFit Fit, InsideSequence Nearest);
