using System.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Tests.Dumps;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary>
/// <c>rules COUNT</c>: reads a kube-proxy ruleset of about that many rules, six endpoints per service; prints time and memory. Each reading is a
/// process of its own, so that neither making the ruleset nor an earlier reading counts; the last one reads three times, the code then compiled.
/// </summary>
internal static class RulesTiming
{
    private const int Endpoints = 6;

    public static int Run(int count)
    {
        var services = count / KubeProxyRuleset.RulesPerService(Endpoints);
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, KubeProxyRuleset.Write(services, Endpoints));
            foreach (var times in (ReadOnlySpan<string>)["1", "1", "3"])
            {
                using var reading = Process.Start(Environment.ProcessPath!, [typeof(RulesTiming).Assembly.Location, "read-rules", path, times]);
                reading.WaitForExit();
                if (reading.ExitCode != 0)
                    return reading.ExitCode;
            }
        }
        finally
        {
            File.Delete(path);
        }

        return 0;
    }

    /// <summary><c>read-rules FILE TIMES</c>: the readings of one process.</summary>
    public static int Read(string path, int times)
    {
        for (var round = 0; round < times; round++)
            Read(path);
        using var process = Process.GetCurrentProcess();
        Console.WriteLine($"  {times} in one process: peak memory {process.PeakWorkingSet64 / 1e6:N0} MB, {(DateTime.Now - process.StartTime).TotalSeconds:N2} s since its start");
        return 0;
    }

    private static void Read(string path)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (allocated, pause) = (GC.GetTotalAllocatedBytes(), GC.GetTotalPauseDuration());
        var watch = Stopwatch.StartNew();
        using var text = File.OpenText(path);
        var document = DumpReaders.Read("iptables-save", text);
        watch.Stop();
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        pause = GC.GetTotalPauseDuration() - pause;
        var kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        var rules = document.Records.OfType<IptablesTable>().Sum(t => t.Chains.Values.Sum(c => c.Rules.Count));
        Console.WriteLine($"{rules:N0} rules, {new FileInfo(path).Length / 1e6:N0} MB of text: {watch.Elapsed.TotalSeconds:N2} s, of it the collector {pause.TotalSeconds:N2} s in {string.Join("+", Enumerable.Range(0, 3).Select(GC.CollectionCount))} collections; allocated {allocated / 1e6:N0} MB, kept {kept / 1e6:N0} MB, problems {document.Problems.Count}");
        GC.KeepAlive(document);
    }
}
