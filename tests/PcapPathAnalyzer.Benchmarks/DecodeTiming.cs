using System.Diagnostics;
using System.Globalization;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary>
/// <c>decode F [ROUNDS]</c>: one pass over a capture (read, decode, table of flows) beside tools that do the same or less, each
/// in a process of its own, round by round with the file locked in memory. Medians of elapsed and of processor time: on a
/// machine with other work the second one says more. A tool that is missing is said.
/// </summary>
internal static class DecodeTiming
{
    public static int Run(string path, int rounds)
    {
        path = Path.GetFullPath(path);
        using var kept = PageCache.Keep(path);
        using var tools = new BuiltTools();
        var packets = DecodeRun.Run(path).Packets;
        var contenders = Contenders(path, tools).ToList();
        var times = InterleavedRounds.Run(contenders.ConvertAll(static c => c.Pass), rounds);

        Console.WriteLine($"{Machine.Processor}: {packets:N0} packets, {new FileInfo(path).Length / 1e6:N0} MB {(kept.IsLocked ? "locked in memory" : "(not locked in memory)")}, medians of {rounds} interleaved rounds");
        Print(contenders.ConvertAll(static c => c.Name), times, packets);
        return SameSums(contenders, times) ? 0 : 1;
    }

    private static IEnumerable<(string Name, bool Sums, Func<ProcessTime?> Pass)> Contenders(string path, BuiltTools tools)
    {
        var (native, floor, libpcap) = (tools.Native("tests/PcapPathAnalyzer.DecodePass", "PcapPathAnalyzer.DecodePass"), tools.Floor(), tools.LibpcapFloor());
        string[] self = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(DecodeTiming).Assembly.Location] : [];
        yield return ("pcappath's decoder, JIT", true, () => ProcessTime.Of("dotnet", typeof(DecodePass).Assembly.Location, path));
        yield return ("pcappath's decoder, NativeAOT", true, () => ProcessTime.Of(native, path));
        yield return ("JIT, two threads, two files", false, () => ProcessTime.Of("dotnet", typeof(DecodePass).Assembly.Location, path, path)?.Half());
        yield return ("C floor, the same work", true, () => ProcessTime.Of(floor, path));
        yield return ("cat F >/dev/null", false, () => ProcessTime.Of("sh", "-c", "cat \"$0\" >/dev/null", path));
        yield return ("C, libpcap + decode by hand", true, () => ProcessTime.Of(libpcap, path));
        yield return ("capinfos -c F (counts only)", false, () => ProcessTime.Of("capinfos", "-c", path));
        yield return ("tcpdump -nn -r F -w /dev/null", false, () => ProcessTime.Of("tcpdump", "-nn", "-r", path, "-w", "/dev/null"));
        yield return ("SharpPcap + PacketDotNet, same work", true, () => ProcessTime.Of(Environment.ProcessPath, [.. self, "objects", path]));
    }

    private static void Print(List<string> names, List<List<ProcessTime>> times, long packets)
    {
        var ours = times[0];
        Console.WriteLine($"{"",-34}{"seconds",9}{"best",8}{"CPU s",8}{"M packets/s",13}{"x our time",12}{"x our CPU",11}");
        foreach (var (name, list) in names.Zip(times))
        {
            if (list.Count == 0)
            {
                Console.WriteLine($"{name,-34}{"missing",9}");
                continue;
            }

            var (seconds, cpu) = (Measured.Median(list.Select(static t => t.Seconds)), Measured.Median(list.Select(static t => t.CpuSeconds)));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-34}{seconds,9:F3}{list.Min(static t => t.Seconds),8:F3}{cpu,8:F3}{packets / seconds / 1e6,13:F2}{seconds / Measured.Median(ours.Select(static t => t.Seconds)),12:F2}{cpu / Measured.Median(ours.Select(static t => t.CpuSeconds)),11:F2}"));
        }
    }

    // Packets, flows and the sum over facts: whoever does the same work must have the same result.
    private static bool SameSums(List<(string Name, bool Sums, Func<ProcessTime?> Pass)> contenders, List<List<ProcessTime>> times)
    {
        var results = contenders.Zip(times)
            .Where(static c => c.First.Sums)
            .SelectMany(static c => c.Second.Select(t => string.Join(' ', t.Output.Split(' ')[..3])))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (results.Count == 1)
            return true;
        Console.Error.WriteLine("the passes do not agree: " + string.Join(" | ", results));
        return false;
    }
}
