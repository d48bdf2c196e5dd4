namespace PcapPathAnalyzer.Bundles.Archives;

/// <summary>A part of a seekable stream, read from the part's beginning; owns the stream.</summary>
internal sealed class StreamSlice : Stream
{
    private readonly Stream whole;
    private readonly long offset;
    private readonly long length;

    public StreamSlice(Stream whole, long offset, long length)
    {
        this.whole = whole;
        this.offset = offset;
        this.length = length;
        whole.Position = offset;
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => whole.Position - offset;
        set => whole.Position = offset + value;
    }

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Clamp(length - Position, 0, buffer.Length);
        return count == 0 ? 0 : whole.Read(buffer[..count]);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = offset + (origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => Position, _ => length });

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            whole.Dispose();
        base.Dispose(disposing);
    }
}
