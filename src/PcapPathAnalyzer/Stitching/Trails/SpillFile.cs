using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PcapPathAnalyzer.Stitching.Trails;

/// <summary>A temporary file of observations or records, written by one thread and read by any; gone when it is disposed of.</summary>
internal sealed class SpillFile : IDisposable
{
    private readonly FileStream file = Open(Path.Combine(Path.GetTempPath(), $"pcappath-{Guid.NewGuid():N}"));

    private long end;

    /// <exception cref="IOException">The temporary folder is full.</exception>
    public SpilledBlock Write<T>(ReadOnlySpan<T> block)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(block);
        RandomAccess.Write(file.SafeFileHandle, bytes, end);
        end += bytes.Length;
        return new SpilledBlock(this, end - bytes.Length, block.Length);
    }

    public void Read(Span<byte> bytes, long offset)
    {
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

    private static FileStream Open(string path)
    {
        var opened = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose, BufferSize = 0 });
        // Where an open file may lose its name (unlink(2)), it does at once: even a killed process leaves nothing behind.
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
        return opened;
    }
}

/// <summary>Where a block is in a temporary file.</summary>
/// <param name="File">The file.</param>
/// <param name="Offset">In bytes.</param>
/// <param name="Count">Of its items.</param>
internal readonly record struct SpilledBlock(SpillFile File, long Offset, int Count)
{
    /// <summary>Reads items of the block, from one on, as many as fit.</summary>
    public void Read<T>(int first, Span<T> into)
        where T : unmanaged => File.Read(MemoryMarshal.AsBytes(into), Offset + ((long)first * Unsafe.SizeOf<T>()));
}
