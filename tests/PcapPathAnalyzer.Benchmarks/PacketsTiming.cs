using System.Globalization;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary><c>packets DIR [ROUNDS]</c>: what <c>packets.csv</c> adds to an analysis of 2 million observations (20,000 flows, made where DIR is missing); medians of rounds with and without it in turn.</summary>
internal static class PacketsTiming
{
    private const int Flows = 20_000;
    private const int PacketsPerDirection = 5;

    public static int Run(string folder, int rounds)
    {
        if (!Directory.Exists(folder))
            new BundleGenerator(folder, Flows, PacketsPerDirection).Write();
        var output = Directory.CreateTempSubdirectory("pcappath-packets-").FullName;
        string[] analyze = [Path.Combine(AppContext.BaseDirectory, "pcappath.dll"), "analyze", folder, "--out", output, "--format", "csv", "--quiet"];
        var (without, with) = (new List<Measured>(), new List<Measured>());
        try
        {
            for (var round = 0; round < rounds; round++)
            {
                if (Measured.Run("dotnet", analyze) is not { } plain || Measured.Run("dotnet", [.. analyze, "--packets"]) is not { } packets)
                    return 1;
                without.Add(plain);
                with.Add(packets);
            }

            var rows = File.ReadLines(Path.Combine(output, "packets.csv")).LongCount() - 1;
            var seconds = Measured.Median(with.Zip(without, static (a, b) => a.Seconds - b.Seconds));
            var processor = Measured.Median(with.Zip(without, static (a, b) => a.ProcessorSeconds - b.ProcessorSeconds));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Machine.Processor}: {rows:N0} rows of packets.csv add {seconds:F2} s ({processor:F2} s of processor time) to {Measured.Median(without.Select(static m => m.Seconds)):F2} s: {rows / seconds / 1e6:F1} million rows a second"));
        }
        finally
        {
            Directory.Delete(output, recursive: true);
        }

        return 0;
    }
}
