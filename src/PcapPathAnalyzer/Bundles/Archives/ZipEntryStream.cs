namespace PcapPathAnalyzer.Bundles.Archives;

/// <summary>An entry of a zip under the guard of its own expansion and of its archive's.</summary>
internal sealed class ZipEntryStream(Stream inner, long compressedLength, ZipSource.Budget budget) : ForwardStream
{
    private long count;

    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        count += read;
        if (count > BundleLimits.ExpansionGrace && count / BundleLimits.MaxExpansion > compressedLength)
            throw new InvalidDataException($"{compressedLength} bytes unpack to more than {BundleLimits.MaxExpansion} times as many: refused as a decompression bomb");
        if (!budget.Take(read))
            throw new InvalidDataException($"the archive unpacks to more than {BundleLimits.MaxExpansion} times its size: refused as a decompression bomb");
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
