namespace PcapPathAnalyzer.Bundles;

/// <summary>The bundle cannot be used at all: the message names the path and what is wrong with it.</summary>
public sealed class BundleException(string message) : Exception(message);
