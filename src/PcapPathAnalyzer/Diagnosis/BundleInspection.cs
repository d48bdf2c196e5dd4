using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>What a bundle holds, without analyzing it: what was recognised as what, why, and what is missing for a full answer.</summary>
public sealed class BundleInspection
{
    public required Bundle Bundle { get; init; }

    public required Network Network { get; init; }

    /// <summary>Where each capture was taken, as far as its first frames tell; in the bundle's order of files.</summary>
    public required IReadOnlyList<CapturePoint> CapturePoints { get; init; }

    /// <summary>What the analysis would be better for, most wanted first.</summary>
    public required IReadOnlyList<MissingInput> Missing { get; init; }
}

/// <summary>Something that a bundle does not hold.</summary>
/// <param name="Namespace">Where it would come from; empty for the bundle as a whole.</param>
/// <param name="What">The dump's kind, <c>capture</c>, or <c>bundle.json</c>.</param>
/// <param name="Command">What would make it.</param>
/// <param name="Why">What cannot be answered without it.</param>
public sealed record MissingInput(string Namespace, string What, string Command, string Why);
