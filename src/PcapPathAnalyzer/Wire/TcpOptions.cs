using System.Buffers.Binary;

namespace PcapPathAnalyzer.Wire;

/// <summary>The TCP options that tell packets apart or explain them: MSS, window scale, SACK permitted, timestamps (RFC 9293 section 3.2, RFC 7323, RFC 2018).</summary>
public readonly record struct TcpOptions
{
    /// <summary>0 where absent.</summary>
    public ushort MaximumSegmentSize { get; init; }

    /// <summary>255 where absent.</summary>
    public byte WindowScale { get; init; }

    public bool SackPermitted { get; init; }

    /// <summary>Blocks of a SACK option, 0..4.</summary>
    public int SackBlocks { get; init; }

    public bool HasTimestamps { get; init; }

    public uint TimestampValue { get; init; }

    public uint TimestampEcho { get; init; }

    /// <summary>Reads as far as options are whole: a cut or lying option ends the list and loses nothing before it.</summary>
    /// <param name="bytes">The options area, without the fixed header.</param>
    public static TcpOptions Read(ReadOnlySpan<byte> bytes)
    {
        var options = new TcpOptions { WindowScale = 255 };
        while (bytes.Length > 0)
        {
            var kind = bytes[0];
            if (kind == 0)
                break;
            if (kind == 1)
            {
                bytes = bytes[1..];
                continue;
            }

            if (bytes.Length < 2 || bytes[1] < 2 || bytes[1] > bytes.Length)
                break;
            var value = bytes[2..bytes[1]];
            options = (kind, value.Length) switch
            {
                (2, 2) => options with { MaximumSegmentSize = BinaryPrimitives.ReadUInt16BigEndian(value) },
                (3, 1) => options with { WindowScale = value[0] },
                (4, 0) => options with { SackPermitted = true },
                (5, 8 or 16 or 24 or 32) => options with { SackBlocks = value.Length / 8 },
                (8, 8) => options with
                {
                    HasTimestamps = true,
                    TimestampValue = BinaryPrimitives.ReadUInt32BigEndian(value),
                    TimestampEcho = BinaryPrimitives.ReadUInt32BigEndian(value[4..]),
                },
                _ => options,
            };
            bytes = bytes[bytes[1]..];
        }

        return options;
    }
}
