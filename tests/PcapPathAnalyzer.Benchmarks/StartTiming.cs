using System.Globalization;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary><c>start [ROUNDS]</c>: a whole analysis of a small bundle, from start to end, as managed and as native program, beside other tools on one of its captures; medians.</summary>
internal static class StartTiming
{
    public static int Run(int rounds)
    {
        using var tools = new BuiltTools();
        var native = tools.Native("src/PcapPathAnalyzer.Cli", "pcappath");
        var framework = tools.FrameworkDependent("src/PcapPathAnalyzer.Cli", "pcappath");
        var bundle = TestData.Bundle("service");
        var capture = Path.Combine(bundle, "node-a", "eth0.pcap");
        var contenders = new List<(string Name, Func<ProcessTime?> Run)>
        {
            ("pcappath analyze, native", () => ProcessTime.Of(native, "analyze", bundle)),
            ("pcappath analyze, published for dotnet", () => ProcessTime.Of(framework, "analyze", bundle)),
            ("pcappath analyze, built for dotnet", () => ProcessTime.Of("dotnet", Path.Combine(AppContext.BaseDirectory, "pcappath.dll"), "analyze", bundle)),
            ("pcappath --version, native", () => ProcessTime.Of(native, "--version")),
            ("capinfos of one capture", () => ProcessTime.Of("capinfos", capture)),
            ("tshark -q -z conv,tcp of one capture", () => ProcessTime.Of("tshark", "-r", capture, "-q", "-z", "conv,tcp")),
        };
        var times = InterleavedRounds.Run(contenders.ConvertAll(static c => c.Run), rounds);

        Console.WriteLine($"{Machine.Processor}: medians of {rounds} interleaved rounds");
        Console.WriteLine($"{"",-40}{"ms",8}{"processor ms",14}");
        foreach (var ((name, _), list) in contenders.Zip(times))
        {
            Console.WriteLine(list.Count == 0
                ? $"{name,-40}{"missing",8}"
                : string.Create(CultureInfo.InvariantCulture, $"{name,-40}{Measured.Median(list.Select(t => t.Seconds)) * 1e3,8:F0}{Measured.Median(list.Select(t => t.CpuSeconds)) * 1e3,14:F0}"));
        }

        return 0;
    }
}
