using System.Buffers.Binary;

namespace PcapPathAnalyzer.Wire;

/// <summary>The Internet checksum (RFC 1071).</summary>
public static class Checksum
{
    /// <summary>The one's complement sum of the 16-bit words: 0xFFFF for a header whose checksum is right.</summary>
    /// <param name="header">A whole number of 32-bit words; bytes beyond the last whole word are not counted.</param>
    public static ushort OfHeader(ReadOnlySpan<byte> header)
    {
        ulong sum = 0;
        while (header.Length >= 4)
        {
            sum += BinaryPrimitives.ReadUInt32BigEndian(header);
            header = header[4..];
        }

        // 32-bit words sum to the same as 16-bit words, because 2^16 is 1 modulo 2^16 - 1.
        sum = (sum & 0xFFFF) + (sum >> 16 & 0xFFFF) + (sum >> 32);
        sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)((sum & 0xFFFF) + (sum >> 16));
    }
}
