namespace PcapPathAnalyzer.Stitching.Trails;

/// <summary>Records of a stretch of a capture, sorted by trail: in memory, or in a temporary file.</summary>
/// <param name="memory">Null where they were spilled.</param>
/// <param name="spilled">Where they are then.</param>
internal sealed class RecordRun(RecordMemory? memory, SpilledBlock spilled)
{
    private int lastReader;

    /// <summary>Null where they were spilled.</summary>
    public RecordMemory? Memory { get; } = memory;

    public SpilledBlock Spilled { get; } = spilled;

    /// <summary>Says that a partition of the flows has packets here.</summary>
    public void NoteReader(int partition) => lastReader = Math.Max(lastReader, partition);

    /// <summary>Partitions up to this one are built. The memory is given back where no later one has packets here: what is made of the flows takes its place.</summary>
    public void Pass(int partition)
    {
        if (lastReader <= partition)
            Memory?.Release();
    }
}

/// <summary>Where a run has the records of a trail.</summary>
internal readonly record struct RunExtent(int Run, int Start, int Count);
