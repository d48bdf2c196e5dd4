using System.Globalization;
using PcapPathAnalyzer.Capture;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary>
/// <c>analyze DIR [ROUNDS]</c>: a whole <c>pcappath analyze --format csv,json</c> of a bundle (where DIR is missing one is made: 10 points, 2 million
/// observations each, 20,000 flows), as managed and as native program, beside <c>tcpdump -w /dev/null</c> over the same files one after the other and <c>tshark -z conv,tcp</c> over a
/// part of one, round by round, as medians.
/// </summary>
internal static class AnalyzeTiming
{
    /// <summary>Bytes of one capture that tshark reads; its time is scaled.</summary>
    private const int TsharkBytes = 8 << 20;

    public static int Run(string folder, int rounds)
    {
        if (!Directory.Exists(folder))
            new BundleGenerator(folder, 20_000, 50).Write();
        using var tools = new BuiltTools();
        var captures = Directory.GetFiles(folder, "*.pcap", SearchOption.AllDirectories);
        var bytes = captures.Sum(f => new FileInfo(f).Length);
        var scratch = Path.Combine(Path.GetTempPath(), $"pcappath-analyze-{Environment.ProcessId}");
        var output = Path.Combine(scratch, "out");
        Directory.CreateDirectory(scratch);
        var part = Part(captures[0], scratch);
        string[] analyze = ["analyze", folder, "--out", output, "--format", "csv,json"];
        var contenders = new List<(string Name, double Scale, Func<Measured?> Run)>
        {
            ("pcappath analyze (dotnet)", 1, () => Fresh(output, () => Measured.Run("dotnet", [Path.Combine(AppContext.BaseDirectory, "pcappath.dll"), .. analyze]))),
        };
        if (tools.Native("src/PcapPathAnalyzer.Cli", "pcappath") is { } program)
            contenders.Add(("pcappath analyze (native)", 1, () => Fresh(output, () => Measured.Run(program, analyze))));
        contenders.Add(("tcpdump -nn -r F -w /dev/null", 1, () => Sum(captures.Select(f => Measured.Run("tcpdump", "-nn", "-r", f, "-w", "/dev/null")))));
        contenders.Add(("tshark -q -z conv,tcp (part)", bytes / (double)new FileInfo(part).Length, () => Measured.Run("tshark", "-r", part, "-q", "-z", "conv,tcp")));
        try
        {
            Print(contenders, rounds, bytes);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }

        return 0;
    }

    // Into a new folder, as a user would: where a file is replaced, ext4 waits until the new one is on the disk (auto_da_alloc in ext4(5)).
    private static Measured? Fresh(string output, Func<Measured?> run)
    {
        if (Directory.Exists(output))
            Directory.Delete(output, recursive: true);
        return run();
    }

    private static void Print(List<(string Name, double Scale, Func<Measured?> Run)> contenders, int rounds, long bytes)
    {
        var times = InterleavedRounds.Run(contenders.ConvertAll(static c => c.Run), rounds);

        var ours = Measured.Median(times[0].Select(m => m.Seconds));
        Console.WriteLine($"{Machine.Processor}: {bytes / 1e6:N0} MB of captures, medians of {rounds} interleaved rounds");
        Console.WriteLine($"{"",-32}{"seconds",9}{"processor s",13}{"peak MB",9}{"x our time",12}");
        for (var i = 0; i < contenders.Count; i++)
        {
            var (seconds, processor) = (Measured.Median(times[i].Select(m => m.Seconds)) * contenders[i].Scale, Measured.Median(times[i].Select(m => m.ProcessorSeconds)) * contenders[i].Scale);
            var peak = times[i].Select(m => m.PeakBytes).DefaultIfEmpty().Max() / 1e6;
            Console.WriteLine(times[i].Count == 0 ? $"{contenders[i].Name,-32}{"missing",9}" : string.Create(CultureInfo.InvariantCulture, $"{contenders[i].Name,-32}{seconds,9:F2}{processor,13:F2}{peak,9:F0}{seconds / ours,12:F2}"));
        }
    }

    private static Measured? Sum(IEnumerable<Measured?> runs) =>
        runs.Aggregate((Measured?)new Measured(0, 0, 0), (a, b) => a is null || b is null ? null : new Measured(a.Seconds + b.Seconds, a.ProcessorSeconds + b.ProcessorSeconds, Math.Max(a.PeakBytes, b.PeakBytes)));

    // Whole frames: tshark fails at the end of a file that is cut.
    private static string Part(string capture, string folder)
    {
        var part = Path.Combine(folder, "part.pcap");
        using var reader = CaptureReader.Open(capture);
        using var writer = new PcapWriter(File.Create(part), LinkType.Ethernet);
        for (var bytes = 0L; bytes < TsharkBytes && reader.TryRead(out var frame); bytes += frame.Data.Length)
            writer.Write(frame.Time, frame.Data, frame.OriginalLength);
        return part;
    }
}
