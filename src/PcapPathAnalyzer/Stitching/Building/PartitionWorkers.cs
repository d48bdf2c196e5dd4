using System.Collections.Concurrent;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Stitching.Building;

/// <summary>Builds partitions side by side, one thread a processor, and hands them out in their order.</summary>
internal sealed class PartitionWorkers(Func<PartitionBuilder> create)
{
    private readonly ConcurrentStack<PartitionBuilder> idle = [];

    public IEnumerable<BuiltPartition> Run(IReadOnlyList<FlowPartition> partitions) => AheadInOrder.Run(partitions, Build);

    private BuiltPartition Build(FlowPartition partition)
    {
        if (!idle.TryPop(out var builder))
            builder = create();
        try
        {
            return builder.Build(partition);
        }
        finally
        {
            idle.Push(builder);
        }
    }
}
