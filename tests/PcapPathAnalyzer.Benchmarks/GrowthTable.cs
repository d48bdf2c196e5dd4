using System.Globalization;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary><c>growth DIR FLOWS PACKETS…</c>: the same flows with ever more packets; time is to grow with the packets, memory is not. Bundles are deleted as they are measured.</summary>
internal static class GrowthTable
{
    public static int Run(string folder, int flows, IReadOnlyList<int> packets)
    {
        Console.WriteLine(Machine.Processor);
        Console.WriteLine($"{"observations",14}{"MB",8}{"seconds",9}{"processor s",13}{"ns each",9}{"peak MB",9}");
        foreach (var each in packets)
        {
            var bundle = Path.Combine(folder, $"growth-{each}");
            var output = Path.Combine(folder, $"growth-{each}-out");
            new BundleGenerator(bundle, flows, each).Write();
            try
            {
                var bytes = Directory.GetFiles(bundle, "*.pcap", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
                if (Measured.Run("dotnet", Path.Combine(AppContext.BaseDirectory, "pcappath.dll"), "analyze", bundle, "--out", output, "--format", "csv") is not { } run)
                    return 1;
                var observations = 20L * flows * each;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{observations,14:N0}{bytes / 1e6,8:F0}{run.Seconds,9:F1}{run.ProcessorSeconds,13:F1}{run.ProcessorSeconds * 1e9 / observations,9:F0}{run.PeakBytes / 1e6,9:F0}"));
            }
            finally
            {
                Directory.Delete(bundle, recursive: true);
                if (Directory.Exists(output))
                    Directory.Delete(output, recursive: true);
            }
        }

        return 0;
    }
}
