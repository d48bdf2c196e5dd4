namespace PcapPathAnalyzer.Stitching.Trails;

/// <summary>The records of one capture file, by trail.</summary>
internal sealed class FileRecords(Trail[] trails, int[] firstExtent, RunExtent[] extents, RecordRun[] runs)
{
    public static FileRecords Empty { get; } = new([], [0], [], []);

    /// <summary>By their number, by numbers of the file.</summary>
    public ReadOnlySpan<Trail> Trails => trails;

    public long Count { get; } = extents.Sum(static e => (long)e.Count);

    public int CountOf(int trail)
    {
        var sum = 0;
        foreach (ref readonly var extent in Extents(trail))
            sum += extent.Count;
        return sum;
    }

    /// <summary>The records of a trail, in the file's order: where they are, if that is one piece of memory, or a copy.</summary>
    /// <param name="trail">Its number.</param>
    /// <param name="most">No more than so many, the first ones.</param>
    /// <param name="windows">What is at hand of temporary files.</param>
    /// <param name="take">Gives memory for a copy of so many records.</param>
    public Memory<PacketRecord> Read(int trail, int most, SpillWindows windows, Func<int, Memory<PacketRecord>> take)
    {
        var mine = Extents(trail);
        if (mine.Length == 1 && runs[mine[0].Run].Memory is { } memory)
            return memory.Slice(mine[0].Start, Math.Min(most, mine[0].Count));
        var copy = take(Math.Min(most, CountOf(trail)));
        var rest = copy.Span;
        foreach (ref readonly var extent in mine)
        {
            var count = Math.Min(extent.Count, rest.Length);
            var run = runs[extent.Run];
            if (run.Memory is { } there)
                there.GetSpan().Slice(extent.Start, count).CopyTo(rest);
            else
                windows.Read(run.Spilled, extent.Start, rest[..count]);
            rest = rest[count..];
        }

        return copy;
    }

    /// <summary>Says which partition of the flows, from 0, a trail's packets are in.</summary>
    public void NoteReader(int trail, int partition)
    {
        foreach (ref readonly var extent in Extents(trail))
            runs[extent.Run].NoteReader(partition);
    }

    /// <summary>Partitions up to this one are built: the memory of records that only they have is given back, and they cannot be read again.</summary>
    public void Pass(int partition)
    {
        foreach (var run in runs)
            run.Pass(partition);
    }

    private ReadOnlySpan<RunExtent> Extents(int trail) => extents.AsSpan(firstExtent[trail]..firstExtent[trail + 1]);
}
