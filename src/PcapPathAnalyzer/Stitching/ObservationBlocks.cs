using System.Runtime.InteropServices;

namespace PcapPathAnalyzer.Stitching;

/// <summary>A growing list of observations in blocks; blocks beyond the pool's memory go to its spill file.</summary>
internal sealed class ObservationBlocks(BlockPool pool)
{
    private readonly List<(Observation[]? Memory, long Offset)> full = [];
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
        foreach (var (memory, offset) in full)
        {
            goOn = goOn && take(memory ?? pool.Load(offset, scratch ??= pool.Rent()));
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
            var offset = pool.IsFull ? pool.Spill(current) : -1;
            full.Add((offset < 0 ? current : null, offset));
            used = 0;
            if (offset >= 0)
                return; // the same memory takes the next observations
        }

        current = pool.Rent();
    }
}

/// <summary>Memory for observations, up to a limit; what is more goes to a temporary file that is gone when the pool is.</summary>
/// <param name="memory">Bytes of observations kept in memory.</param>
internal sealed class BlockPool(long memory) : IDisposable
{
    /// <summary>128 KiB a block: few enough bytes that many lists may have one open, enough for one read or write.</summary>
    public const int BlockSize = 2048;

    private static readonly int BlockBytes = BlockSize * Marshal.SizeOf<Observation>();

    private readonly Stack<Observation[]> free = [];
    private readonly Lock gate = new();
    private FileStream? file;
    private long end;
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

    public long Spill(Observation[] block)
    {
        long offset;
        lock (gate)
        {
            file ??= new FileStream(Path.Combine(Path.GetTempPath(), $"pcappath-{Guid.NewGuid():N}"), new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Options = FileOptions.DeleteOnClose,
                BufferSize = 0,
            });
            offset = end;
            end += BlockBytes;
        }

        RandomAccess.Write(file.SafeFileHandle, MemoryMarshal.AsBytes(block.AsSpan()), offset);
        return offset;
    }

    public Observation[] Load(long offset, Observation[] into)
    {
        var bytes = MemoryMarshal.AsBytes(into.AsSpan());
        while (bytes.Length > 0)
        {
            var n = RandomAccess.Read(file!.SafeFileHandle, bytes, offset);
            if (n == 0)
                throw new EndOfStreamException("the temporary file of observations is shorter than what was written to it");
            bytes = bytes[n..];
            offset += n;
        }

        return into;
    }

    public void Dispose() => file?.Dispose();
}
