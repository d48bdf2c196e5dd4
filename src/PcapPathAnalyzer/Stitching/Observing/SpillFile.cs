using System.Runtime.InteropServices;

namespace PcapPathAnalyzer.Stitching.Observing;

/// <summary>A temporary file of observations, written by one thread and read by any; gone when it is disposed of.</summary>
internal sealed class SpillFile : IDisposable
{
    private readonly FileStream file = new(Path.Combine(Path.GetTempPath(), $"pcappath-{Guid.NewGuid():N}"), new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.ReadWrite,
        Options = FileOptions.DeleteOnClose,
        BufferSize = 0,
    });

    private long end;

    /// <exception cref="IOException">The temporary folder is full.</exception>
    public SpilledBlock Write(ReadOnlySpan<Observation> block)
    {
        var bytes = MemoryMarshal.AsBytes(block);
        RandomAccess.Write(file.SafeFileHandle, bytes, end);
        end += bytes.Length;
        return new SpilledBlock(this, end - bytes.Length);
    }

    public void Read(Span<Observation> into, long offset)
    {
        var bytes = MemoryMarshal.AsBytes(into);
        while (bytes.Length > 0)
        {
            var n = RandomAccess.Read(file.SafeFileHandle, bytes, offset);
            if (n == 0)
                throw new EndOfStreamException("the temporary file of observations is shorter than what was written to it");
            bytes = bytes[n..];
            offset += n;
        }
    }

    public void Dispose() => file.Dispose();
}

/// <summary>Where a block of observations is in a temporary file.</summary>
internal readonly record struct SpilledBlock(SpillFile File, long Offset)
{
    /// <summary>Reads the block into memory of its size, and gives that back.</summary>
    public Observation[] Load(Observation[] into)
    {
        File.Read(into, Offset);
        return into;
    }
}
