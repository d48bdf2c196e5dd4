using System.Runtime.CompilerServices;
using PcapPathAnalyzer.Stitching.Trails;

namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>A growing list of observations in blocks; blocks beyond the pool's memory go to its spill files.</summary>
internal sealed class ObservationBlocks(BlockPool pool)
{
    private readonly List<(Observation[]? Memory, SpilledBlock Spilled)> full = [];
    private Observation[]? current;
    private int used;

    public long Count => ((long)full.Count * BlockPool.BlockSize) + used;

    /// <summary>A new observation, all zero.</summary>
    public ref Observation Add()
    {
        if (used == BlockPool.BlockSize || current is null)
            Open();
        ref var o = ref current![used++];
        o = default;
        return ref o;
    }

    /// <summary>Hands out blocks in order. With <paramref name="consume"/> they are given back on the way, and the list is empty at the end.</summary>
    public void ForEach(bool consume, Action<Span<Observation>> take)
    {
        Observation[]? scratch = null;
        foreach (var (memory, spilled) in full)
        {
            take(memory ?? Load(spilled, scratch ??= pool.Rent()));
            if (memory is not null && consume)
                pool.Return(memory);
        }

        if (scratch is not null)
            pool.Return(scratch);
        if (current is not null)
            take(current.AsSpan(0, used));
        if (consume)
            Clear();
    }

    private static Observation[] Load(SpilledBlock block, Observation[] into)
    {
        block.Read(0, into.AsSpan());
        return into;
    }

    private void Clear()
    {
        if (current is not null)
            pool.Return(current);
        full.Clear();
        (current, used) = (null, 0);
    }

    private void Open()
    {
        if (current is not null)
        {
            used = 0;
            if (pool.IsFull)
            {
                full.Add((null, pool.Spill<Observation>(current)));
                return; // the same memory takes the next observations
            }

            full.Add((current, default));
        }

        current = pool.Rent();
    }
}

/// <summary>Memory for observations and records, up to a limit; what is more goes to temporary files that are gone when the pool is.</summary>
/// <param name="memory">Bytes of them that are kept in memory.</param>
internal sealed class BlockPool(long memory) : IDisposable
{
    /// <summary>128 KiB a block: few enough bytes that many lists may have one open, enough for one read or write.</summary>
    public const int BlockSize = 2048;

    private static readonly int BlockBytes = BlockSize * Unsafe.SizeOf<Observation>();

    private readonly Stack<Observation[]> free = [];
    private readonly List<RecordMemory> runs = [];
    private readonly Lock gate = new();
    // One a thread: writers of one file wait for each other in the kernel, which locks its inode.
    private readonly ThreadLocal<SpillFile> files = new(static () => new SpillFile(), trackAllValues: true);
    private int rented;
    private long records;

    public bool IsFull => Used > memory;

    private long Used => ((long)Volatile.Read(ref rented) * BlockBytes) + Interlocked.Read(ref records);

    /// <summary>Counts memory that somebody keeps beside the records, for good: less is left for those.</summary>
    public void Keep(long bytes) => Interlocked.Add(ref records, bytes);

    /// <summary>Memory for so many records; null where there is none left. What whoever takes it does not give back the pool does, when it is disposed of.</summary>
    public RecordMemory? TryTakeRecords(int count)
    {
        var bytes = (long)count * Unsafe.SizeOf<PacketRecord>();
        if (Used + bytes > memory)
            return null;
        Interlocked.Add(ref records, bytes);
        var taken = new RecordMemory(count);
        lock (gate)
            runs.Add(taken);
        return taken;
    }

    public Observation[] Rent()
    {
        lock (gate)
        {
            rented++;
            if (free.TryPop(out var block))
                return block;
        }

        return GC.AllocateUninitializedArray<Observation>(BlockSize);
    }

    public void Return(Observation[] block)
    {
        lock (gate)
        {
            rented--;
            free.Push(block);
        }
    }

    /// <exception cref="IOException">The temporary folder is full.</exception>
    public SpilledBlock Spill<T>(ReadOnlySpan<T> block)
        where T : unmanaged => files.Value!.Write(block);

    public void Dispose()
    {
        foreach (var run in runs)
            run.Release();
        foreach (var file in files.Values)
            file.Dispose();
        files.Dispose();
    }
}
