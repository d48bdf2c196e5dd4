namespace PcapPathAnalyzer.Tests.Capture;

/// <summary>Blocks of a pcapng file (draft-ietf-opsawg-pcapng), one section after the other, each in its own byte order.</summary>
internal sealed class PcapngBytes
{
    private readonly List<byte> file = [];
    private readonly List<WrittenFrame> frames = [];
    private bool bigEndian;

    public List<WrittenFrame> Frames => frames;

    public int Length => file.Count;

    public byte[] ToArray() => [.. file];

    public void Section(bool bigEndian, string? comment = null)
    {
        this.bigEndian = bigEndian;
        Block(0x0A0D0D0A, body =>
        {
            body.Put32(0x1A2B3C4D);
            body.Put16(1);
            body.Put16(0);
            body.Put64(ulong.MaxValue);
            if (comment is not null)
            {
                Option(body, 1, System.Text.Encoding.UTF8.GetBytes(comment));
                Option(body, 0, []);
            }
        });
    }

    public void Interface(int linkType, string? name = null, byte? resolution = null, long? offset = null, uint snapLength = 0) => Block(1, body =>
    {
        body.Put16(linkType);
        body.Put16(0);
        body.Put32(snapLength);
        if (name is not null)
            Option(body, 2, System.Text.Encoding.UTF8.GetBytes(name));
        Option(body, 0x8BAD, [1, 2, 3]); // unknown, to be passed over
        if (resolution is { } r)
            Option(body, 9, [r]);
        if (offset is { } o)
            Option(body, 14, Ordered(o));
        Option(body, 0, []);
    });

    public void Enhanced(int interfaceNumber, ulong ticks, WrittenFrame expected, string? comment = null) => Packet(6, expected, body =>
    {
        body.Put32((uint)interfaceNumber);
        Body(body, ticks, expected);
        if (comment is not null)
            Option(body, 1, System.Text.Encoding.UTF8.GetBytes(comment));
    });

    public void Obsolete(int interfaceNumber, ulong ticks, WrittenFrame expected) => Packet(2, expected, body =>
    {
        body.Put16(interfaceNumber);
        body.Put16(0);
        Body(body, ticks, expected);
    });

    public void Simple(WrittenFrame expected) => Packet(3, expected with { Time = -1 }, body =>
    {
        body.Put32((uint)expected.OriginalLength);
        body.Put(expected.Data);
    });

    public void Statistics(int interfaceNumber, ulong dropped) => Block(5, body =>
    {
        body.Put32((uint)interfaceNumber);
        body.Put64(0);
        Option(body, 5, Ordered((long)dropped));
        Option(body, 0, []);
    });

    /// <summary>Any block that holds no packet.</summary>
    public void Other(uint type, byte[] content) => Block(type, body => body.Put(content));

    private static void Body(CaptureBytes body, ulong ticks, WrittenFrame frame)
    {
        body.Put32((uint)(ticks >> 32));
        body.Put32((uint)ticks);
        body.Put32((uint)frame.Data.Length);
        body.Put32((uint)frame.OriginalLength);
        body.Put(frame.Data);
        body.Pad(4);
    }

    private static void Option(CaptureBytes body, int code, byte[] value)
    {
        body.Put16(code);
        body.Put16(value.Length);
        body.Put(value);
        body.Pad(4);
    }

    private byte[] Ordered(long value)
    {
        var bytes = BitConverter.GetBytes(value);
        if (bigEndian == BitConverter.IsLittleEndian)
            Array.Reverse(bytes);
        return bytes;
    }

    private void Packet(uint type, WrittenFrame expected, Action<CaptureBytes> fill)
    {
        Block(type, fill);
        frames.Add(expected with { End = Length });
    }

    private void Block(uint type, Action<CaptureBytes> fill)
    {
        var body = new CaptureBytes(bigEndian);
        fill(body);
        body.Pad(4);
        var block = new CaptureBytes(bigEndian);
        block.Put32(type);
        block.Put32((uint)body.Length + 12);
        block.Put(body.ToArray());
        block.Put32((uint)body.Length + 12);
        file.AddRange(block.ToArray());
    }
}
