namespace PcapPathAnalyzer.Benchmarks;

/// <summary>What a result was measured on.</summary>
internal static class Machine
{
    /// <summary>Model name and number of processors.</summary>
    public static string Processor { get; } = $"{Model()}, {Environment.ProcessorCount} processors";

    private static string Model() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(static l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor"
        : "unknown processor";
}
