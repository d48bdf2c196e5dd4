using System.Runtime.InteropServices;

namespace PcapPathAnalyzer.Wire;

/// <summary>TCP options that begin with NOP NOP timestamps, as those of nearly every segment of an open connection do (RFC 7323 appendix A).</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly struct PaddedTimestamps
{
    /// <summary>In bytes.</summary>
    public const int Length = 12;

    private readonly BigEndianUInt32 kinds;

    /// <summary>TSval.</summary>
    public readonly BigEndianUInt32 Value;

    /// <summary>TSecr.</summary>
    public readonly BigEndianUInt32 Echo;

    /// <summary>NOP, NOP, kind 8, length 10: the fields are what they are called.</summary>
    public bool AreThere => kinds == 0x0101080A;
}
