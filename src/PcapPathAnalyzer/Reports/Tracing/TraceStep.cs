using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Reports.Tracing;

/// <summary>One packet, or the packets of a flow, at one capture point.</summary>
internal sealed record TraceStep
{
    public required Hop Hop { get; init; }

    public required bool IsReply { get; init; }

    /// <summary>The frame; for a flow its first one here.</summary>
    public required FrameLocation Frame { get; init; }

    /// <summary>As the capture says; null for a flow's hop whose first frame is not known.</summary>
    public Timestamp? Time { get; init; }

    /// <summary>On the reference clock.</summary>
    public Timestamp? Corrected { get; init; }

    /// <summary>Nanoseconds since the step before, on the reference clock; for a flow the median of its packets. Null for the first step.</summary>
    public long? Delta { get; init; }

    /// <summary>What <see cref="Delta"/> may be wrong by because of clocks, nanoseconds: 0 on one clock, null where nothing bounds it.</summary>
    public long? Uncertainty { get; init; }

    /// <summary>The packet as it was before this step: what the client sent, or the hop before.</summary>
    public required FiveTuple Before { get; init; }

    public bool IsTranslated => Before != Hop.Tuple;
}
