using System.Globalization;

namespace PcapPathAnalyzer.Batches;

/// <summary>One worker's part of a list: every <paramref name="Count"/>-th bundle from the <paramref name="Index"/>-th on, counted from 0 as <c>JOB_COMPLETION_INDEX</c> of a Kubernetes Indexed Job and <c>SLURM_ARRAY_TASK_ID</c> count.</summary>
public readonly record struct BatchShard(int Index, int Count)
{
    /// <summary>The whole list.</summary>
    public static BatchShard Whole { get; } = new(0, 1);

    public bool IsWhole => Count == 1;

    /// <summary>Reads <c>I/N</c> with 0 ≤ I &lt; N.</summary>
    public static bool TryParse(string text, out BatchShard shard)
    {
        shard = Whole;
        var slash = text.IndexOf('/');
        if (slash < 0 || !int.TryParse(text.AsSpan(0, slash), NumberStyles.None, null, out var index) || !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, null, out var count) || index >= count)
            return false;
        shard = new BatchShard(index, count);
        return true;
    }

    public IEnumerable<BatchItem> Of(IReadOnlyList<BatchItem> items)
    {
        for (var i = Index; i < items.Count; i += Count)
            yield return items[i];
    }
}
