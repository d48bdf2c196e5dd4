using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Legs;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Building;

/// <summary>
/// Which flow each leg belongs to, flows in order of their first packet, and how they are cut into partitions of neighbours
/// that fit into memory.
/// </summary>
internal sealed class FlowPlan
{
    private readonly Observations observations;
    private readonly int[] flowOfLeg;
    private readonly int[] partitionOfFlow;
    private readonly int[] firstTrail;
    private readonly TrailNumber[] trails;

    public FlowPlan(Observations observations, List<LegGroup> groups, ClockTable clocks, int partitionSize)
    {
        this.observations = observations;
        Flows = [.. groups.Select(g => (Group: g, First: First(g, clocks))).OrderBy(p => p.First).ThenBy(p => p.Group.Legs[0].Index).Select(p => p.Group)];
        flowOfLeg = new int[observations.Legs.Count];
        partitionOfFlow = new int[Flows.Count];
        var starts = new List<int>();
        var size = long.MaxValue;
        for (var f = 0; f < Flows.Count; f++)
        {
            var count = Flows[f].Legs.Sum(l => (long)l.Count);
            // Errors and fragments count for nobody: a partition may come out a little larger.
            if (size + count > partitionSize || size == long.MaxValue)
            {
                starts.Add(f);
                size = 0;
            }

            size += count;
            partitionOfFlow[f] = starts.Count - 1;
            foreach (var leg in Flows[f].Legs)
                flowOfLeg[leg.Index] = f;
        }

        Starts = starts;
        (firstTrail, trails) = SortTrails();
    }

    /// <summary>Connections in order of their first packet.</summary>
    public IReadOnlyList<LegGroup> Flows { get; }

    /// <summary>The first flow of each partition.</summary>
    public IReadOnlyList<int> Starts { get; }

    public int FlowOf(int leg) => flowOfLeg[leg];

    public int End(int partition) => partition + 1 < Starts.Count ? Starts[partition + 1] : Flows.Count;

    /// <summary>The trails of a flow's packets, file by file.</summary>
    public ReadOnlySpan<TrailNumber> TrailsOf(int flow) => trails.AsSpan(firstTrail[flow]..firstTrail[flow + 1]);

    /// <summary>Moves the observations that are on no trail to their partitions, files side by side; the files' own lists are empty afterwards.</summary>
    public List<FlowPartition> Distribute(BlockPool pool)
    {
        var lists = new ObservationBlocks?[observations.Files][];
        Parallel.For(0, observations.Files, file =>
        {
            var mine = new ObservationBlocks?[Starts.Count];
            lists[file] = mine;
            observations.ForEachSingle(file, consume: true, block =>
            {
                foreach (ref readonly var o in block)
                {
                    if (o.Leg < 0)
                    {
                        NoteLone(o);
                        continue;
                    }

                    var partition = partitionOfFlow[flowOfLeg[o.Leg]];
                    (mine[partition] ??= new ObservationBlocks(pool)).Add() = o;
                    if (o.Kind == ObservationKind.CutInside)
                        observations.Tables.Points[o.Point].NoteInferred(observations.Tables.Tunnels[o.Tunnel]);
                }
            });
        });
        return [.. Enumerable.Range(0, Starts.Count).Select(p => new FlowPartition(p, [.. lists.Select(l => l[p]).OfType<ObservationBlocks>()]))];
    }

    private void NoteLone(in Observation o)
    {
        var tables = observations.Tables;
        if (o.Kind == ObservationKind.Fragment)
            tables.Points[o.Point].NoteLoneFragment(tables.Tuples[o.Tuple].Source, tables.Tuples[o.Tuple].Destination);
    }

    private (int[] First, TrailNumber[] Sorted) SortTrails()
    {
        var first = new int[Flows.Count + 1];
        for (var file = 0; file < observations.Files; file++)
        {
            for (var t = 0; t < observations.Trails(file); t++)
                first[flowOfLeg[observations.LegOf(new TrailNumber(file, t))] + 1]++;
        }

        for (var f = 0; f < Flows.Count; f++)
            first[f + 1] += first[f];
        var sorted = new TrailNumber[first[^1]];
        var next = first.AsSpan(0, Flows.Count).ToArray();
        for (var file = 0; file < observations.Files; file++)
        {
            for (var t = 0; t < observations.Trails(file); t++)
            {
                var number = new TrailNumber(file, t);
                var flow = flowOfLeg[observations.LegOf(number)];
                sorted[next[flow]++] = number;
                observations.NoteReader(number, partitionOfFlow[flow]);
            }
        }

        return (first, sorted);
    }

    private static long First(LegGroup group, ClockTable clocks)
    {
        var first = long.MaxValue;
        foreach (var leg in group.Legs)
        {
            foreach (var span in leg.Spans)
                first = Math.Min(first, clocks.Correct(span.Clock, span.First));
        }

        return first;
    }
}

/// <summary>What neighbouring flows have on no trail, file by file.</summary>
internal sealed record FlowPartition(int Number, IReadOnlyList<ObservationBlocks> Files)
{
    public long Count => Files.Sum(f => f.Count);
}
