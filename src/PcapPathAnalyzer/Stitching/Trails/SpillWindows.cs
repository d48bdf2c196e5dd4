namespace PcapPathAnalyzer.Stitching.Trails;

/// <summary>
/// Reads records of spilled runs: connections that are built one after the other lie side by side there, and a window per run saves
/// a call of the kernel for each. One instance serves one thread.
/// </summary>
internal sealed class SpillWindows
{
    /// <summary>Records of a window, 18 KB: there may be thousands of runs.</summary>
    private const int Size = 512;

    private readonly Dictionary<SpilledBlock, Window> windows = [];

    /// <param name="block">The run.</param>
    /// <param name="start">The first record's place in it.</param>
    /// <param name="into">Takes as many as fit.</param>
    public void Read(SpilledBlock block, int start, Span<PacketRecord> into)
    {
        if (into.Length >= Size)
        {
            block.Read(start, into);
            return;
        }

        if (!windows.TryGetValue(block, out var window))
            windows.Add(block, window = new Window(new PacketRecord[Size]));
        if (start < window.Start || start + into.Length > window.Start + window.Count)
        {
            window.Start = start;
            window.Count = Math.Min(Size, block.Count - start);
            block.Read(start, window.Records.AsSpan(0, window.Count));
        }

        window.Records.AsSpan(start - window.Start, into.Length).CopyTo(into);
    }

    private sealed class Window(PacketRecord[] records)
    {
        public PacketRecord[] Records { get; } = records;

        public int Start { get; set; }

        public int Count { get; set; }
    }
}
