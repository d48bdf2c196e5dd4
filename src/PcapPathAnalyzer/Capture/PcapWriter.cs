using System.Buffers.Binary;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Capture;

/// <summary>Writes a pcap file with nanosecond times, little-endian.</summary>
public sealed class PcapWriter : IDisposable
{
    private const int HeaderLength = 16;
    private readonly Stream stream;

    /// <param name="stream">Takes the file; disposed of with the writer. A buffered one is worth having.</param>
    /// <param name="snapLength">What the file header says; records are not cut by it.</param>
    public PcapWriter(Stream stream, LinkType linkType, int snapLength = 262144)
    {
        this.stream = stream;
        Span<byte> header = stackalloc byte[24];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, CaptureMagic.Nanoseconds);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], snapLength);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], (int)linkType);
        stream.Write(header);
    }

    /// <summary>Writes one record. Times before 1970 or after 2106 do not fit the format and are cut to 32 bits of seconds.</summary>
    public void Write(Timestamp time, ReadOnlySpan<byte> data, int originalLength)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        var (seconds, nanoseconds) = Math.DivRem(time.Nanoseconds, 1_000_000_000);
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)seconds);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)nanoseconds);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], data.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], originalLength);
        stream.Write(header);
        stream.Write(data);
    }

    public void Dispose() => stream.Dispose();
}
