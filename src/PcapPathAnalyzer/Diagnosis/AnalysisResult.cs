using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Clocks;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>All that an analysis found out about a bundle.</summary>
public sealed class AnalysisResult
{
    public required Bundle Bundle { get; init; }

    public required Network Network { get; init; }

    public required IReadOnlyList<CapturePoint> CapturePoints { get; init; }

    /// <summary>In order of their first packet.</summary>
    public required IReadOnlyList<Flow> Flows { get; init; }

    /// <summary>Worst first.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    public required ClockTable Clocks { get; init; }

    /// <summary>Inputs that were not read whole, and dump lines not understood.</summary>
    public required IReadOnlyList<Problem> Problems { get; init; }

    /// <summary>Frames of all captures.</summary>
    public required long Frames { get; init; }

    /// <summary>Frames per reason they were not decoded to the payload; fully decoded ones are not in it.</summary>
    public required IReadOnlyDictionary<DecodeFault, long> DecodeFaults { get; init; }

    /// <summary>Packets seen, once per capture point.</summary>
    public required long Observations { get; init; }

    internal ObservationTables Tables { get; init; } = new();
}
