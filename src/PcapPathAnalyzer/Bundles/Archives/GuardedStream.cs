namespace PcapPathAnalyzer.Bundles.Archives;

/// <summary>What comes out of a decompressor: faults of any library become <see cref="InvalidDataException"/>, and a bomb is one.</summary>
internal sealed class GuardedStream(Stream decompressor, CountingStream compressed) : ForwardStream
{
    private long count;

    public override int Read(Span<byte> buffer)
    {
        int read;
        try
        {
            read = decompressor.Read(buffer);
        }
        catch (Exception e) when (Damage.Is(e) && e is not InvalidDataException)
        {
            throw new InvalidDataException($"the compressed data is damaged after {count} bytes: {e.Message}", e);
        }

        count += read;
        if (count > BundleLimits.ExpansionGrace && count / BundleLimits.MaxExpansion > compressed.Count)
            throw new InvalidDataException($"{compressed.Count} bytes unpack to more than {BundleLimits.MaxExpansion} times as many: refused as a decompression bomb");
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            decompressor.Dispose();
        base.Dispose(disposing);
    }
}
