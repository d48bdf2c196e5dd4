using System.Diagnostics;
using PcapPathAnalyzer.Dumps;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary><c>dumps FILE…</c>: reads each dump alone and a hundred times one behind the other; the second should take about a hundred times as long as the first.</summary>
internal static class DumpsTiming
{
    public static int Run(IReadOnlyList<string> files)
    {
        foreach (var file in files)
        {
            var text = File.ReadAllText(file);
            var many = string.Concat(Enumerable.Repeat(text, 100));
            DumpReaders.Read(file, text);
            var one = Time(file, text);
            Console.WriteLine($"{one.TotalMilliseconds,10:N2} ms {Time(file, many) / one,8:N0} times  {file}");
        }

        return 0;
    }

    private static TimeSpan Time(string file, string text)
    {
        var start = Stopwatch.GetTimestamp();
        DumpReaders.Read(file, text);
        return Stopwatch.GetElapsedTime(start);
    }
}
