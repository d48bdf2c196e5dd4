namespace PcapPathAnalyzer.Benchmarks;

/// <summary><c>all DIR [ROUNDS]</c>: every timing of whole programs, one after the other; what they read is made in DIR (8 GB) and stays there. This is what <c>results/</c> holds.</summary>
internal static class AllTimings
{
    private const long Packets = 10_000_000;
    private const int Rules = 200_000;

    public static int Run(string folder, int rounds)
    {
        Directory.CreateDirectory(folder);
        var capture = Path.Combine(folder, "decode.pcap");
        if (!File.Exists(capture) && CaptureGenerator.Run(capture, Packets) != 0)
            return 1;
        (string Name, Func<int> Run)[] timings =
        [
            ("decode", () => DecodeTiming.Run(capture, rounds)),
            ("start", () => StartTiming.Run(rounds * 3)),
            ("rules", () => RulesTiming.Run(Rules)),
            ("explain", () => ExplainTiming.Run(Rules, 1_000) | ExplainTiming.Run(Rules / 10, 100_000)),
            ("packets", () => PacketsTiming.Run(Path.Combine(folder, "packets"), rounds)),
            ("analyze", () => AnalyzeTiming.Run(Path.Combine(folder, "analyze"), rounds)),
        ];
        var failed = 0;
        foreach (var (name, run) in timings)
        {
            Console.WriteLine($"\n## {name}\n");
            failed |= run();
        }

        return failed;
    }
}
