using System.Buffers;
using System.Runtime.InteropServices;

namespace PcapPathAnalyzer.Stitching.Trails;

/// <summary>Memory for the records of one run, outside the collected heap: it goes back to the system the moment it is disposed of.</summary>
/// <remarks>
/// Runs are most of what an analysis keeps, and live until their flows are built. As arrays they were collected long after: 20
/// million observations of 200,000 flows took 2.1 GB at the most. After its disposal no span can be had; one that was had before must not be used.
/// </remarks>
internal sealed unsafe class RecordMemory : MemoryManager<PacketRecord>
{
    private readonly int count;
    private PacketRecord* records;

    /// <summary>Room for so many records, whatever is in them.</summary>
    /// <exception cref="OutOfMemoryException">The system has none.</exception>
    public RecordMemory(int count)
    {
        this.count = count;
        records = (PacketRecord*)NativeMemory.Alloc((nuint)count, (nuint)sizeof(PacketRecord));
    }

    /// <exception cref="ObjectDisposedException">It was given back.</exception>
    public override Span<PacketRecord> GetSpan()
    {
        ObjectDisposedException.ThrowIf(records is null, this);
        return new Span<PacketRecord>(records, count);
    }

    /// <summary>Some of the records.</summary>
    public Memory<PacketRecord> Slice(int start, int length) => CreateMemory(start, length);

    /// <summary>It never moves.</summary>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)count);
        ObjectDisposedException.ThrowIf(records is null, this);
        return new MemoryHandle(records + elementIndex);
    }

    public override void Unpin()
    {
        // It was not pinned.
    }

    /// <summary>Gives the memory back; more than once does no harm.</summary>
    public void Release() => Dispose(disposing: true);

    protected override void Dispose(bool disposing)
    {
        NativeMemory.Free(records);
        records = null;
    }
}
