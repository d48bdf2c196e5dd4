using System.Collections.Concurrent;

namespace PcapPathAnalyzer.Stitching;

/// <summary>Builds partitions side by side, one thread a processor, and hands them out in their order.</summary>
internal sealed class PartitionWorkers(Func<PartitionBuilder> create)
{
    private readonly ConcurrentBag<PartitionBuilder> idle = [];

    /// <summary>A partition is begun only when few finished ones wait: memory does not grow with their number.</summary>
    public IEnumerable<BuiltPartition> Run(IReadOnlyList<FlowPartition> partitions)
    {
        var queue = new Queue<Task<BuiltPartition>>();
        var next = 0;
        while (next < partitions.Count || queue.Count > 0)
        {
            while (next < partitions.Count && queue.Count <= Environment.ProcessorCount)
            {
                var partition = partitions[next++];
                queue.Enqueue(Task.Run(() => Build(partition)));
            }

            yield return queue.Dequeue().GetAwaiter().GetResult();
        }
    }

    private BuiltPartition Build(FlowPartition partition)
    {
        if (!idle.TryTake(out var builder))
            builder = create();
        try
        {
            return builder.Build(partition);
        }
        finally
        {
            idle.Add(builder);
        }
    }
}
