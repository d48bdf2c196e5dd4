using System.IO.Compression;

namespace PcapPathAnalyzer.Capture;

/// <summary>Opens files and streams, through gzip and Zstandard where the first bytes say so.</summary>
internal static class CaptureSource
{
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be opened.</exception>
    public static CaptureBuffer Open(string path)
    {
        var handle = File.OpenHandle(path, options: FileOptions.SequentialScan);
        try
        {
            Span<byte> first = stackalloc byte[4];
            if (File.GetAttributes(path).HasFlag(FileAttributes.Directory))
                throw new IOException($"{path} is a folder");

            // A pipe cannot be read at an offset: it is a stream, and its first bytes are put back by the stream's opening.
            if (!IsSeekable(handle))
                return Open(new FileStream(handle, FileAccess.Read, bufferSize: 0));
            var read = RandomAccess.Read(handle, first, 0);
            return Decompressor(first[..read]) is null
                ? new CaptureBuffer(handle)
                : Open(new FileStream(handle, FileAccess.Read, bufferSize: 64 * 1024));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public static CaptureBuffer Open(Stream stream)
    {
        var first = new byte[4];
        var read = stream.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
        var whole = new PrefixedStream(first.AsMemory(0, read), stream);
        return new CaptureBuffer(Decompressor(first.AsSpan(0, read))?.Invoke(whole) ?? whole);
    }

    private static Func<Stream, Stream>? Decompressor(ReadOnlySpan<byte> first)
    {
        if (CaptureMagic.IsGzip(first))
            return static stream => new GZipStream(stream, CompressionMode.Decompress);
        if (CaptureMagic.IsZstandard(first))
            return static stream => new ZstdSharp.DecompressionStream(stream);
        return null;
    }

    private static bool IsSeekable(Microsoft.Win32.SafeHandles.SafeFileHandle handle)
    {
        try
        {
            return RandomAccess.GetLength(handle) >= 0;
        }
        catch (NotSupportedException)
        {
            return false;
        }
    }
}
