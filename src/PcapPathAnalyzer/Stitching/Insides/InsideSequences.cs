using System.Runtime.InteropServices;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Legs;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Stitching.Trails;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Stitching.Insides;

/// <summary>What the nodes that saw cut tunnels saw outside of them: of each direction of each connection all places, and on each node the one that is nearest to the tunnel.</summary>
internal sealed class InsideSequences
{
    /// <summary>Packets that are compared; where there are more, what was cut stays unknown.</summary>
    private const int Most = 4_000_000;

    private readonly Observations observations;
    private readonly ObservationTables tables;
    private readonly int[] groupOfLeg;
    private readonly Dictionary<(Way Way, int Place, int Tuple), InsideSequence> all = [];
    private readonly Dictionary<Way, List<InsideSequence>> byWay = [];
    private readonly Dictionary<(Way Way, string Clock), InsideSequence> nearest = [];
    private readonly Dictionary<(string Clock, int Length), List<(long Time, InsideSequence Sequence)>> byLength = [];

    /// <param name="observations">All of them.</param>
    /// <param name="groups">The connections.</param>
    /// <param name="clocks">Nodes that saw cut tunnels.</param>
    /// <param name="longest">Of the packets in them: what is longer elsewhere was taken apart.</param>
    public InsideSequences(Observations observations, List<LegGroup> groups, HashSet<string> clocks, int longest)
    {
        (this.observations, tables) = (observations, observations.Tables);
        groupOfLeg = new int[observations.Legs.Count];
        for (var g = 0; g < groups.Count; g++)
        {
            foreach (var leg in groups[g].Legs)
                groupOfLeg[leg.Index] = g;
        }

        IsTooMany = !Collect(clocks);
        foreach (var sequence in all.Values)
        {
            sequence.Settle();
            if (!byWay.TryGetValue(sequence.Way, out var places))
                byWay.Add(sequence.Way, places = []);
            places.Add(sequence);
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(nearest, (sequence.Way, ClockOf(sequence)), out var exists);
            if (!exists || IsNearer(sequence, known!))
                known = sequence;
        }

        Index(longest);
    }

    /// <summary>Nothing can be compared.</summary>
    public bool IsTooMany { get; }

    /// <summary>What a node saw of one direction of a connection nearest to the tunnel; null where it saw nothing.</summary>
    public InsideSequence? Find(Way way, string clock) => nearest.GetValueOrDefault((way, clock));

    /// <summary>All that was seen of one direction of a connection.</summary>
    public IReadOnlyList<InsideSequence> Of(Way way) => byWay[way];

    /// <summary>Who has a packet of such a length at such a time.</summary>
    public IEnumerable<InsideSequence> With(string clock, int length, long from, long to)
    {
        foreach (var bucket in (int[])[length, 0])
        {
            if (!byLength.TryGetValue((clock, bucket), out var list))
                continue;
            var at = list.BinarySearch((from, null!), Comparer<(long Time, InsideSequence)>.Create(static (a, b) => a.Time < b.Time ? -1 : 1));
            for (at = ~at; at < list.Count && list[at].Time <= to; at++)
                yield return list[at].Sequence;
        }
    }

    public string ClockOf(InsideSequence sequence) => tables.Points[sequence.Place].Clock;

    private bool Collect(HashSet<string> clocks)
    {
        var windows = new SpillWindows();
        var count = 0L;
        for (var file = 0; file < observations.Files && count <= Most; file++)
        {
            for (var t = 0; t < observations.Trails(file); t++)
            {
                var number = new TrailNumber(file, t);
                var trail = observations.Trail(number);
                if (trail.Tunnel != 0 || !clocks.Contains(tables.Points[trail.Point].Clock))
                    continue;
                var records = observations.Read(number, Most, windows, static n => new PacketRecord[n]);
                count += records.Length;
                if (count > Most)
                    return false;
                var sequence = SequenceOf(trail);
                foreach (ref readonly var record in records.Span)
                    sequence.Packets.Add(InsidePacket.Of(record.On(trail)));
            }

            observations.ForEachSingle(file, consume: false, block =>
            {
                foreach (ref readonly var o in block)
                {
                    if (o.Leg < 0 || o.Tunnel != 0 || !clocks.Contains(tables.Points[o.Point].Clock) || ++count > Most)
                        continue;
                    SequenceOf(Trail.Of(o)).Packets.Add(InsidePacket.Of(o));
                }
            });
        }

        return count <= Most;
    }

    private InsideSequence SequenceOf(in Trail trail)
    {
        var leg = observations.Legs[trail.Leg];
        var key = (new Way(groupOfLeg[trail.Leg], leg.Forward == trail.Tuple), tables.PlaceOf(trail.Point), trail.Tuple);
        if (!all.TryGetValue(key, out var sequence))
            all.Add(key, sequence = new InsideSequence(key.Item1, trail, key.Item2));
        var point = tables.Points[trail.Point];
        (sequence.From, sequence.To) = (Math.Min(sequence.From, point.FirstTime.Nanoseconds), Math.Max(sequence.To, point.LastTime.Nanoseconds));
        return sequence;
    }

    // The tunnel's own device shows the very frames that go in or come out; of others the one that saw more, and was routed more often.
    private bool IsNearer(InsideSequence a, InsideSequence b)
    {
        var (x, y) = (Rank(a), Rank(b));
        return x != y ? x > y : a.Packets.Count != b.Packets.Count ? a.Packets.Count > b.Packets.Count : a.Place < b.Place;
    }

    /// <summary>2 for a tunnel's device, 1 for a bridge.</summary>
    public int Rank(InsideSequence sequence) => tables.Points[sequence.Place].Device switch
    {
        { IsVxlan: true } or { Link.Tunnel: not null } => 2,
        { IsBridge: true } => 1,
        _ => 0,
    };

    // What may be taken apart stands under no length.
    private void Index(int longest)
    {
        foreach (var (key, sequence) in nearest)
        {
            foreach (var packet in sequence.Packets)
            {
                Add((key.Clock, packet.Length), packet.Time, sequence);
                if (packet.Length > longest)
                    Add((key.Clock, 0), packet.Time, sequence);
            }
        }

        foreach (var list in byLength.Values)
            list.Sort(static (a, b) => a.Time.CompareTo(b.Time));

        void Add((string Clock, int Length) key, long time, InsideSequence sequence)
        {
            if (!byLength.TryGetValue(key, out var list))
                byLength.Add(key, list = []);
            list.Add((time, sequence));
        }
    }
}
