using PcapPathAnalyzer.Decode;

namespace PcapPathAnalyzer.Stitching;

/// <summary>One packet on its way, once sent: its observations in path order.</summary>
internal sealed class Transmission
{
    /// <summary>Bundle-wide number, from 1, in order of the first observation.</summary>
    public int Number { get; set; }

    /// <summary>Indices into the store, in path order.</summary>
    public required int[] Observations { get; init; }

    /// <summary>Hop number of each observation.</summary>
    public required ushort[] Hops { get; init; }

    /// <summary>Corrected time of the earliest observation.</summary>
    public required long Time { get; init; }

    public bool IsRetransmission { get; set; }

    public uint Sequence { get; init; }

    /// <summary>Bytes of sequence space (TCP).</summary>
    public int SegmentLength { get; init; }

    public TcpFlags TcpFlags { get; init; }

    public uint Acknowledgment { get; init; }

    public int PayloadLength { get; init; }

    /// <summary>True for an ICMP error about the other direction's packets.</summary>
    public bool IsIcmpError { get; init; }

    public bool IsReply { get; init; }

    public int LastHop => Hops.Length == 0 ? 0 : Hops.Max();
}
