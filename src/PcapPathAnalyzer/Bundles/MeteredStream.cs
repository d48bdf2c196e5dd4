using PcapPathAnalyzer.Bundles.Archives;

namespace PcapPathAnalyzer.Bundles;

/// <summary>Reads through, and says after each read how many bytes came.</summary>
internal sealed class MeteredStream(Stream inner, Action<int> read) : ForwardStream
{
    public override int Read(Span<byte> buffer)
    {
        var count = inner.Read(buffer);
        read(count);
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
