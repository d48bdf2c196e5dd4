using PcapPathAnalyzer.Capture;

namespace PcapPathAnalyzer.Bundles.Archives;

/// <summary>A file's bytes with every compression around them taken off, and what they are.</summary>
internal sealed class UnpackedStream : IDisposable
{
    /// <summary>Compressions around each other; more is a joke at the reader's expense.</summary>
    private const int MaxLayers = 3;

    private bool isDetached;

    /// <param name="source">Opens the raw bytes.</param>
    /// <param name="isStable">True where <paramref name="source"/> may be called again later.</param>
    public UnpackedStream(Func<Stream> source, bool isStable)
    {
        var raw = source();
        try
        {
            Length = raw.CanSeek ? raw.Length : -1;
            Reopen = isStable ? source : null;
            var counted = new CountingStream(raw);
            Peek(counted);
            var layers = new List<ContentKind>();
            while (ArchiveMagic.IsCompression(Kind))
            {
                if (layers.Count == MaxLayers)
                    throw new InvalidDataException($"compressed more than {MaxLayers} times over");
                layers.Add(Kind);
                Peek(Decompression.Open(Kind, Stream, counted));
            }

            if (layers.Count == 0)
                return;
            IsPlain = false;
            Length = -1;
            if (isStable)
                Reopen = () => Decompression.Open(layers, source());
        }
        catch
        {
            (Stream ?? raw).Dispose();
            throw;
        }
    }

    public ContentKind Kind { get; private set; }

    /// <summary>False where a compression was taken off.</summary>
    public bool IsPlain { get; private set; } = true;

    /// <summary>Bytes; -1 where not known before they are read.</summary>
    public long Length { get; private set; }

    /// <summary>The unpacked bytes from the beginning.</summary>
    public Stream Stream { get; private set; } = null!;

    /// <summary>Opens the unpacked bytes anew; null where they come only once.</summary>
    public Func<Stream>? Reopen { get; private set; }

    /// <summary>The stream, for an owner of its own.</summary>
    public Stream Detach()
    {
        isDetached = true;
        if (IsPlain && Reopen is { } again)
        {
            Stream.Dispose();
            return again();
        }

        return Stream;
    }

    public void Dispose()
    {
        if (!isDetached)
            Stream.Dispose();
    }

    private void Peek(Stream stream)
    {
        var head = new byte[ArchiveMagic.HeadLength];
        var read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        Kind = ArchiveMagic.Of(head.AsSpan(0, read));
        Stream = new PrefixedStream(head.AsMemory(0, read), stream);
    }
}
