namespace PcapPathAnalyzer.Bundles;

/// <summary>What a file is and where it belongs, as far as names and layouts tell.</summary>
/// <param name="Namespace">Empty for a file of no namespace.</param>
/// <param name="Interface">The interface of a capture where <c>bundle.json</c> says it.</param>
/// <param name="IsSure">False where only the folder says it, so that a capture's content may say better.</param>
internal sealed record Placement(BundleRole Role, string Namespace, string Why, string? Interface = null, bool IsSure = true);
