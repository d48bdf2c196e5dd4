using System.Buffers.Binary;
using System.Text;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Capture;

/// <summary>Writes a pcapng file of one section: interfaces with names, packets with nanosecond times and comments. Little-endian.</summary>
public sealed class PcapngWriter : IDisposable
{
    private const ushort EndOfOptions = 0;
    private const ushort CommentOption = 1;
    private readonly Stream stream;
    private byte[] block = new byte[4096];
    private int used;
    private int interfaces;

    /// <param name="stream">Takes the file; disposed of with the writer.</param>
    /// <param name="application">shb_userappl; null for none.</param>
    public PcapngWriter(Stream stream, string? application = null)
    {
        const ushort userApplication = 4;
        this.stream = stream;
        Begin(PcapngBlockType.SectionHeader);
        Add32(CaptureMagic.PcapngByteOrder);
        Add32(1); // version 1.0: two 16-bit numbers, the major one first
        Add64(ulong.MaxValue);
        if (application is not null)
        {
            AddOption(userApplication, Encoding.UTF8.GetBytes(application));
            AddOption(EndOfOptions, []);
        }

        End();
    }

    /// <summary>Describes an interface and returns its number. Its times are in nanoseconds.</summary>
    public int AddInterface(CaptureInterface description)
    {
        const ushort nameOption = 2, descriptionOption = 3, resolutionOption = 9;
        Begin(PcapngBlockType.InterfaceDescription);
        Add16((ushort)description.LinkType);
        Add16(0);
        Add32((uint)description.SnapLength);
        if (description.Name is { } name)
            AddOption(nameOption, Encoding.UTF8.GetBytes(name));
        if (description.Description is { } text)
            AddOption(descriptionOption, Encoding.UTF8.GetBytes(text));
        AddOption(resolutionOption, [9]);
        AddOption(EndOfOptions, []);
        End();
        return interfaces++;
    }

    /// <summary>Writes an enhanced packet block.</summary>
    /// <param name="interfaceNumber">What <see cref="AddInterface"/> returned.</param>
    /// <param name="comment">opt_comment; null for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The interface was not described.</exception>
    public void Write(int interfaceNumber, Timestamp time, ReadOnlySpan<byte> data, int originalLength, string? comment = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)interfaceNumber, (uint)interfaces, nameof(interfaceNumber));
        Begin(PcapngBlockType.EnhancedPacket);
        Add32((uint)interfaceNumber);
        Add32((uint)((ulong)time.Nanoseconds >> 32));
        Add32((uint)time.Nanoseconds);
        Add32((uint)data.Length);
        Add32((uint)originalLength);
        AddPadded(data);
        if (comment is not null)
        {
            AddOption(CommentOption, Encoding.UTF8.GetBytes(comment));
            AddOption(EndOfOptions, []);
        }

        End();
    }

    public void Dispose() => stream.Dispose();

    private void Begin(PcapngBlockType type)
    {
        used = 0;
        Add32((uint)type);
        Add32(0);
    }

    private void End()
    {
        var length = (uint)used + 4;
        Add32(length);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(4), length);
        stream.Write(block.AsSpan(0, used));
    }

    private void AddOption(ushort code, ReadOnlySpan<byte> value)
    {
        // An option's length is a 16-bit number: a longer text is cut.
        value = value[..Math.Min(value.Length, ushort.MaxValue - 3)];
        Add16(code);
        Add16((ushort)value.Length);
        AddPadded(value);
    }

    private void AddPadded(ReadOnlySpan<byte> bytes)
    {
        var padded = bytes.Length + 3 & ~3;
        var room = Room(padded);
        bytes.CopyTo(room);
        room[bytes.Length..].Clear();
    }

    private void Add16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Room(2), value);

    private void Add32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Room(4), value);

    private void Add64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Room(8), value);

    private Span<byte> Room(int count)
    {
        if (block.Length - used < count)
            Array.Resize(ref block, Math.Max(block.Length * 2, used + count));
        var room = block.AsSpan(used, count);
        used += count;
        return room;
    }
}
