using System.IO.Compression;
using SharpCompress.Compressors.BZip2;
using SharpCompress.Compressors.Xz;

namespace PcapPathAnalyzer.Bundles.Archives;

/// <summary>Opens compressed streams, each under the guard of <see cref="BundleLimits.MaxExpansion"/>.</summary>
internal static class Decompression
{
    /// <summary>Takes compressions off, the outermost first. What comes out of the last is held against what went into the first.</summary>
    /// <param name="kinds">Each one of the compressions.</param>
    /// <param name="compressed">From its beginning; disposed of with the result.</param>
    public static Stream Open(IEnumerable<ContentKind> kinds, Stream compressed)
    {
        var counted = new CountingStream(compressed);
        Stream result = counted;
        foreach (var kind in kinds)
            result = Open(kind, result, counted);
        return result;
    }

    /// <param name="kind">One of the compressions.</param>
    /// <param name="compressed">From its beginning; disposed of with the result.</param>
    /// <param name="raw">What counts the bytes that all of it comes from.</param>
    public static Stream Open(ContentKind kind, Stream compressed, CountingStream raw)
    {
        Stream inner = kind switch
        {
            ContentKind.Gzip => new GZipStream(compressed, CompressionMode.Decompress),
            ContentKind.Zstandard => new ZstdSharp.DecompressionStream(compressed, leaveOpen: false),
            ContentKind.Xz => new XZStream(new CountingStream(compressed)),
            ContentKind.Bzip2 => BZip2Stream.Create(compressed, SharpCompress.Compressors.CompressionMode.Decompress, decompressConcatenated: true),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
        return new GuardedStream(inner, raw);
    }
}
