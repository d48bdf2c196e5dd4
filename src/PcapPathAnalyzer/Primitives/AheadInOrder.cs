namespace PcapPathAnalyzer.Primitives;

/// <summary>Work on many items side by side, whose results are taken in the items' order.</summary>
internal static class AheadInOrder
{
    /// <summary>
    /// One thread a processor; an item is begun only when few finished ones wait, so that memory does not grow with their number. Whoever stops
    /// taking results, or meets an exception, goes on when the work that was begun has ended: what it works on may then be given back.
    /// </summary>
    public static IEnumerable<TResult> Run<TItem, TResult>(IEnumerable<TItem> items, Func<TItem, TResult> work)
    {
        var queue = new Queue<Task<TResult>>();
        try
        {
            foreach (var item in items)
            {
                queue.Enqueue(Task.Run(() => work(item)));
                if (queue.Count > Environment.ProcessorCount)
                    yield return queue.Dequeue().GetAwaiter().GetResult();
            }

            while (queue.TryDequeue(out var last))
                yield return last.GetAwaiter().GetResult();
        }
        finally
        {
            // An exception has been met already, or nobody asks for one.
            ((Task)Task.WhenAll(queue)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        }
    }
}
