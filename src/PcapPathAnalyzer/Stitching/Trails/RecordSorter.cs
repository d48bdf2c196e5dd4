using System.Runtime.CompilerServices;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Stitching.Trails;

/// <summary>
/// Takes the records of one file as they come and hands them out by trail: stretch by stretch a counting sort, while they are
/// in reach of the processor's caches. So a connection's packets lie together from then on, and need not be moved again.
/// </summary>
internal sealed class RecordSorter
{
    /// <summary>Records of a stretch, 9 MB: long enough that a connection's packets fall into few, short enough for a last-level cache.</summary>
    private const int Capacity = 1 << 18;

    private readonly List<RecordRun> runs = [];
    private readonly List<(int Trail, RunExtent Extent)> extents = [];
    private readonly List<int> touched = [];
    private PacketRecord[] records = new PacketRecord[1024];
    private int[] trails = new int[1024];
    private PacketRecord[] scratch = [];
    private int used;

    // By trail: its records in the stretch; while they are sorted, the place of the next one.
    private int[] counts = new int[64];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int trail, in Observation o, BlockPool pool)
    {
        if (used == records.Length || trail >= counts.Length)
            MakeRoom(trail, pool);
        if (counts[trail]++ == 0)
            touched.Add(trail);
        trails[used] = trail;
        PacketRecord.Make(o, out records[used++]);
    }

    /// <summary>The file was read.</summary>
    /// <param name="table">The trails of the file, all of them.</param>
    public FileRecords Finish(Trail[] table, BlockPool pool)
    {
        if (used > 0)
            Sort(pool);
        var first = new int[table.Length + 1];
        foreach (var (trail, _) in extents)
            first[trail + 1]++;
        for (var t = 0; t < table.Length; t++)
            first[t + 1] += first[t];
        var sorted = new RunExtent[extents.Count];
        var next = first.AsSpan(0, table.Length).ToArray();
        foreach (var (trail, extent) in extents)
            sorted[next[trail]++] = extent;
        // Of very many short connections, trails take a third of what their packets take.
        pool.Keep(((long)table.Length * (Unsafe.SizeOf<Trail>() + sizeof(int) + Unsafe.SizeOf<TrailNumber>())) + ((long)sorted.Length * Unsafe.SizeOf<RunExtent>()));
        var made = new FileRecords(table, first, sorted, [.. runs]);
        runs.Clear();
        extents.Clear();
        return made;
    }

    private void MakeRoom(int trail, BlockPool pool)
    {
        if (trail >= counts.Length)
            Array.Resize(ref counts, Math.Max(trail + 1, counts.Length * 2));
        if (used < records.Length)
            return;
        if (records.Length == Capacity)
        {
            Sort(pool);
            return;
        }

        Array.Resize(ref records, records.Length * 2);
        Array.Resize(ref trails, trails.Length * 2);
    }

    private void Sort(BlockPool pool)
    {
        // By number, as connections began: those that are built one after the other lie side by side.
        touched.Sort();
        var start = 0;
        foreach (var trail in touched)
        {
            var count = counts[trail];
            extents.Add((trail, new RunExtent(runs.Count, start, count)));
            counts[trail] = start;
            start += count;
        }

        var memory = pool.TryTakeRecords(used);
        if (memory is null && scratch.Length < used)
            scratch = GC.AllocateUninitializedArray<PacketRecord>(records.Length);
        var sorted = memory is null ? scratch : memory.GetSpan();
        for (var i = 0; i < used; i++)
            sorted[counts[trails[i]]++] = records[i];
        runs.Add(new RecordRun(memory, memory is null ? pool.Spill<PacketRecord>(scratch.AsSpan(0, used)) : default));
        foreach (var trail in touched)
            counts[trail] = 0;
        touched.Clear();
        used = 0;
    }
}
