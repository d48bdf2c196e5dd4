using Microsoft.Win32.SafeHandles;

namespace PcapPathAnalyzer.Bundles;

/// <summary>
/// One temporary file that keeps what was unpacked, each content in its own slice. On Unix it loses its name as soon as
/// it is made, so that nothing stays behind even when the process is killed.
/// </summary>
internal sealed class Spool : IDisposable
{
    private const int ChunkSize = 1 << 20;

    private SafeFileHandle? handle;
    private long end;

    /// <summary>Bytes kept.</summary>
    public long Length => end;

    /// <summary>Copies a stream to its end. A fault of the stream is given back, and what came before it is kept.</summary>
    /// <exception cref="IOException">The temporary folder is full or cannot be written.</exception>
    public (Func<Stream> Open, long Size, Exception? Fault) Keep(Stream stream)
    {
        var file = handle ??= Create();
        var start = end;
        var chunk = GC.AllocateUninitializedArray<byte>(ChunkSize);
        Exception? fault = null;
        while (true)
        {
            int read;
            try
            {
                read = stream.Read(chunk);
            }
            catch (Exception e) when (Damage.Is(e))
            {
                fault = e;
                break;
            }

            if (read == 0)
                break;
            RandomAccess.Write(file, chunk.AsSpan(0, read), end);
            end += read;
        }

        var size = end - start;
        return (() => new FileSlice(file, start, size), size, fault);
    }

    public void Dispose() => handle?.Dispose();

    private static SafeFileHandle Create()
    {
        var path = Path.Combine(Path.GetTempPath(), $"pcappath-{Path.GetRandomFileName()}.spool");
        var unix = !OperatingSystem.IsWindows();
        var made = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, unix ? FileOptions.None : FileOptions.DeleteOnClose);
        if (unix)
            File.Delete(path);
        return made;
    }
}
