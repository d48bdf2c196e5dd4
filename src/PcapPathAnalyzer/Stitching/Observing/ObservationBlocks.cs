using System.Runtime.CompilerServices;

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
    public void ForEach(bool consume, Action<Span<Observation>> take) => ForEach(consume, block =>
    {
        take(block);
        return true;
    });

    /// <summary>As above, until <paramref name="take"/> says that it has enough.</summary>
    public void ForEach(bool consume, Func<Span<Observation>, bool> take)
    {
        Observation[]? scratch = null;
        var goOn = true;
        foreach (var (memory, spilled) in full)
        {
            goOn = goOn && take(memory ?? spilled.Load(scratch ??= pool.Rent()));
            if (memory is not null && consume)
                pool.Return(memory);
        }

        if (scratch is not null)
            pool.Return(scratch);
        if (current is not null && goOn)
            take(current.AsSpan(0, used));
        if (consume)
            Clear();
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
                full.Add((null, pool.Spill(current)));
                return; // the same memory takes the next observations
            }

            full.Add((current, default));
        }

        current = pool.Rent();
    }
}

/// <summary>Memory for observations, up to a limit; what is more goes to temporary files that are gone when the pool is.</summary>
/// <param name="memory">Bytes of observations kept in memory.</param>
internal sealed class BlockPool(long memory) : IDisposable
{
    /// <summary>128 KiB a block: few enough bytes that many lists may have one open, enough for one read or write.</summary>
    public const int BlockSize = 2048;

    private static readonly int BlockBytes = BlockSize * Unsafe.SizeOf<Observation>();

    private readonly Stack<Observation[]> free = [];
    private readonly Lock gate = new();
    // One a thread: writers of one file wait for each other in the kernel, which locks its inode.
    private readonly ThreadLocal<SpillFile> files = new(static () => new SpillFile(), trackAllValues: true);
    private int rented;

    public bool IsFull => (long)Volatile.Read(ref rented) * BlockBytes > memory;

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

    public SpilledBlock Spill(Observation[] block) => files.Value!.Write(block);

    public void Dispose()
    {
        foreach (var file in files.Values)
            file.Dispose();
        files.Dispose();
    }
}
