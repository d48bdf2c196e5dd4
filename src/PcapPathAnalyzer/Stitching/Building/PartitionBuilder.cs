using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Legs;
using PcapPathAnalyzer.Stitching.Matching;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;
using PcapPathAnalyzer.Topology.Services;

namespace PcapPathAnalyzer.Stitching.Building;

/// <summary>Builds the flows of one partition after the other. One instance serves one thread.</summary>
internal sealed class PartitionBuilder(Observations observations, Network network, ServiceAddresses services, ClockTable clocks, FlowPlan plan, Action<Flow> explain)
{
    private readonly Stack<TransmissionMemory> free = [];
    private readonly FlowBuilder builder = new(observations, network, services, clocks);

    public BuiltPartition Build(FlowPartition partition)
    {
        var (first, end) = (plan.Starts[partition.Number], plan.End(partition.Number));
        var memory = Rent();
        var items = memory.Begin(checked((int)partition.Count));
        var starts = SortByFlow(partition, items, first, end);
        builder.Use(memory);
        var flows = new List<Flow>(end - first);
        for (var f = first; f < end; f++)
        {
            var (start, count) = (starts[f - first], starts[f - first + 1] - starts[f - first]);
            var trails = plan.TrailsOf(f);
            if (trails.Length + count == 0)
                continue;
            var flow = builder.Build(plan.Flows[f], trails, items.AsSpan(start, count));
            explain(flow);
            flows.Add(flow);
        }

        return new BuiltPartition(partition.Number, flows, () => Return(memory));
    }

    private TransmissionMemory Rent()
    {
        lock (free)
            return free.TryPop(out var memory) ? memory : new TransmissionMemory();
    }

    private void Return(TransmissionMemory memory)
    {
        lock (free)
            free.Push(memory);
    }

    // A counting sort; within a flow the files' order stays. Times are put on the reference clock on the way.
    private int[] SortByFlow(FlowPartition partition, Observation[] items, int first, int end)
    {
        var starts = new int[end - first + 1];
        foreach (var file in partition.Files)
        {
            file.ForEach(consume: false, block =>
            {
                foreach (ref readonly var o in block)
                    starts[plan.FlowOf(o.Leg) - first + 1]++;
            });
        }

        for (var f = 1; f < starts.Length; f++)
            starts[f] += starts[f - 1];
        var next = starts.AsSpan().ToArray();
        foreach (var file in partition.Files)
        {
            file.ForEach(consume: true, block =>
            {
                foreach (ref readonly var o in block)
                {
                    ref var to = ref items[next[plan.FlowOf(o.Leg) - first]++];
                    to = o;
                    to.Time = clocks.Correct(o.Point, o.Time);
                }
            });
        }

        return starts;
    }
}

/// <summary>The flows of a partition, and the memory that their packets are in.</summary>
internal sealed record BuiltPartition(int Number, IReadOnlyList<Flow> Flows, Action Release);
