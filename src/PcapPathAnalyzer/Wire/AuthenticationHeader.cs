using System.Runtime.InteropServices;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Wire;

/// <summary>IP authentication header (RFC 4302 section 2), without its check value.</summary>
public readonly ref struct AuthenticationHeader
{
    /// <summary>In bytes, without options.</summary>
    public const int MinimumLength = 12;

    private readonly ref readonly Layout wire;

    private AuthenticationHeader(ref readonly Layout wire) => this.wire = ref wire;

    public IpProtocol NextHeader => (IpProtocol)wire.NextHeader;

    /// <summary>In bytes, check value included.</summary>
    public int HeaderLength => (wire.PayloadLength + 2) * 4;

    /// <summary>Security parameters index.</summary>
    public uint Spi => wire.Spi;


    /// <summary>False where fewer than <see cref="MinimumLength"/> bytes are there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out AuthenticationHeader header)
    {
        if (bytes.Length < MinimumLength)
        {
            header = default;
            return false;
        }

        header = new AuthenticationHeader(in MemoryMarshal.AsRef<Layout>(bytes));
        return true;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1, Size = MinimumLength)]
    internal readonly struct Layout
    {
        public readonly byte NextHeader;
        public readonly byte PayloadLength;
        public readonly BigEndianUInt16 Reserved;
        public readonly BigEndianUInt32 Spi;
        public readonly BigEndianUInt32 Sequence;
    }
}
