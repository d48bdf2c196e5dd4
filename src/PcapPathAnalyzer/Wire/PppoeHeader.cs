using System.Runtime.InteropServices;

namespace PcapPathAnalyzer.Wire;

/// <summary>PPPoE header (RFC 2516 section 4).</summary>
public readonly ref struct PppoeHeader
{
    /// <summary>In bytes.</summary>
    public const int Length = 6;

    private readonly ref readonly Layout wire;

    private PppoeHeader(ref readonly Layout wire) => this.wire = ref wire;

    /// <summary>0 for session data.</summary>
    public byte Code => wire.Code;

    public ushort SessionId => wire.SessionId;

    /// <summary>In bytes, without this header.</summary>
    public int PayloadLength => wire.PayloadLength;


    /// <summary>False where fewer than <see cref="Length"/> bytes are there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out PppoeHeader header)
    {
        if (bytes.Length < Length)
        {
            header = default;
            return false;
        }

        header = new PppoeHeader(in MemoryMarshal.AsRef<Layout>(bytes));
        return true;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1, Size = Length)]
    internal readonly struct Layout
    {
        public readonly byte VersionAndType;
        public readonly byte Code;
        public readonly BigEndianUInt16 SessionId;
        public readonly BigEndianUInt16 PayloadLength;
    }
}
