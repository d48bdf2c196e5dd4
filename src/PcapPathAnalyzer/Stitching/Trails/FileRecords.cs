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
    public ArraySegment<PacketRecord> Read(int trail, int most, SpillWindows windows, Func<int, ArraySegment<PacketRecord>> take)
    {
        var mine = Extents(trail);
        if (mine.Length == 1 && runs[mine[0].Run].Memory is { } memory)
            return new ArraySegment<PacketRecord>(memory, mine[0].Start, Math.Min(most, mine[0].Count));
        var copy = take(Math.Min(most, CountOf(trail)));
        var rest = copy.AsSpan();
        foreach (ref readonly var extent in mine)
        {
            var count = Math.Min(extent.Count, rest.Length);
            var run = runs[extent.Run];
            if (run.Memory is { } there)
                there.AsSpan(extent.Start, count).CopyTo(rest);
            else
                windows.Read(run.Spilled, extent.Start, rest[..count]);
            rest = rest[count..];
        }

        return copy;
    }

    private ReadOnlySpan<RunExtent> Extents(int trail) => extents.AsSpan(firstExtent[trail]..firstExtent[trail + 1]);
}
