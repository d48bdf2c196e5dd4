using System.Buffers.Binary;
using System.Text;
using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Capture;

/// <summary>One section of a pcapng file: its byte order and the interfaces that its packets refer to by number.</summary>
internal sealed class PcapngSection(CaptureContent content)
{
    private const int CommentOption = 1;

    // Where this section's interfaces begin in the list of all, and how many there are.
    private int firstInterface;
    private int interfaceCount;
    private PcapngClock[] clocks = new PcapngClock[4];

    public bool Swapped { get; private set; }

    /// <summary>The byte-order magic of a section header decides for all that follows; a header with none keeps the last order and will fail by its length.</summary>
    public void TakeByteOrder(ReadOnlySpan<byte> block)
    {
        var magic = BinaryPrimitives.ReadUInt32LittleEndian(block[8..]);
        if (magic == CaptureMagic.PcapngByteOrder)
            Swapped = false;
        else if (magic == BinaryPrimitives.ReverseEndianness(CaptureMagic.PcapngByteOrder))
            Swapped = true;
    }

    public ushort ReadUInt16(ReadOnlySpan<byte> bytes)
    {
        var value = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        return Swapped ? BinaryPrimitives.ReverseEndianness(value) : value;
    }

    public uint ReadUInt32(ReadOnlySpan<byte> bytes)
    {
        var value = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        return Swapped ? BinaryPrimitives.ReverseEndianness(value) : value;
    }

    public ulong ReadUInt64(ReadOnlySpan<byte> bytes)
    {
        var value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        return Swapped ? BinaryPrimitives.ReverseEndianness(value) : value;
    }

    /// <summary>A section header: interfaces are numbered from 0 again.</summary>
    public void Begin(ReadOnlySpan<byte> body)
    {
        firstInterface = content.Interfaces.Count;
        interfaceCount = 0;

        // Byte order, version, section length: the options follow. The length is not relied on: blocks have their own.
        const int fixedLength = 16;
        if (body.Length < fixedLength)
            return;
        var options = new PcapngOptions(this, body[fixedLength..]);
        while (options.Next())
        {
            if (options.Code == CommentOption)
                content.AddComment(0, Text(options.Value));
        }
    }

    public void AddInterface(ReadOnlySpan<byte> body, long position)
    {
        const int fixedLength = 8;
        if (body.Length < fixedLength)
        {
            content.Report(Severity.Warning, "unreadable-input", $"the interface description at byte {position} is too short");
            body = new byte[fixedLength];
        }

        var description = PcapngInterface.Read(this, body, content, out var clock);
        if (!content.AddInterface(description))
            return;
        if (interfaceCount == clocks.Length)
            Array.Resize(ref clocks, clocks.Length * 2);
        clocks[interfaceCount++] = clock;
    }

    /// <summary>The index over all sections of an interface of this one; -1 where it was not described.</summary>
    public int FindInterface(uint number) => number < (uint)interfaceCount ? firstInterface + (int)number : -1;

    public ref readonly PcapngClock Clock(int index) => ref clocks[index - firstInterface];

    public CaptureInterface Interface(int index) => content.Interfaces[index];

    /// <summary>Interface statistics: what was dropped before it reached the file. A later block counts instead of an earlier one.</summary>
    public void TakeStatistics(ReadOnlySpan<byte> body)
    {
        const int fixedLength = 12, interfaceDrop = 5, systemDrop = 7;
        if (body.Length < fixedLength || FindInterface(ReadUInt32(body)) is not (>= 0 and var index))
            return;
        long dropped = -1;
        var options = new PcapngOptions(this, body[fixedLength..]);
        while (options.Next())
        {
            if (options.Code is interfaceDrop or systemDrop && options.Value.Length == 8)
                dropped = Math.Max(0, dropped) + (long)Math.Min(ReadUInt64(options.Value), long.MaxValue / 4);
        }

        if (dropped >= 0)
            Interface(index).Dropped = dropped;
    }

    /// <summary>Comments, and drop counts (which count from packet to packet where no statistics block sums them up).</summary>
    public void TakePacketOptions(int index, ReadOnlySpan<byte> bytes)
    {
        const int dropCount = 4;
        var options = new PcapngOptions(this, bytes);
        while (options.Next())
        {
            if (options.Code == CommentOption)
                content.AddComment(content.FrameNumber, Text(options.Value));
            else if (options.Code == dropCount && options.Value.Length == 8 && Interface(index) is var description)
                description.Dropped = Math.Max(0, description.Dropped) + (long)Math.Min(ReadUInt64(options.Value), int.MaxValue);
        }
    }

    /// <summary>UTF-8; some writers end it with a zero although the draft says not to.</summary>
    public static string Text(ReadOnlySpan<byte> value) => Encoding.UTF8.GetString(value.TrimEnd((byte)0));
}
