using System.Buffers.Binary;

namespace PcapPathAnalyzer.Tests.Capture;

/// <summary>Bytes of a capture file in one byte order; what the writers of pcap and pcapng test files are made of. It shares nothing with the readers.</summary>
internal sealed class CaptureBytes(bool bigEndian)
{
    private readonly List<byte> content = [];

    public int Length => content.Count;

    public byte[] ToArray() => [.. content];

    public void Put16(int value)
    {
        Span<byte> bytes = stackalloc byte[2];
        if (bigEndian)
            BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        else
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        content.AddRange(bytes);
    }

    public void Put32(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        if (bigEndian)
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        content.AddRange(bytes);
    }

    public void Put64(ulong value)
    {
        Put32(bigEndian ? (uint)(value >> 32) : (uint)value);
        Put32(bigEndian ? (uint)value : (uint)(value >> 32));
    }

    public void Put(ReadOnlySpan<byte> bytes) => content.AddRange(bytes);

    public void Pad(int multiple)
    {
        while (content.Count % multiple != 0)
            content.Add(0);
    }
}

/// <summary>A frame as it is put into a test file.</summary>
/// <param name="Time">Nanoseconds since 1970; -1 where the file's format has none.</param>
internal sealed record WrittenFrame(long Time, byte[] Data, int OriginalLength)
{
    /// <summary>Offset behind the record's (or block's) last byte.</summary>
    public int End { get; init; }

    public string Link { get; init; } = "Ethernet";
}
