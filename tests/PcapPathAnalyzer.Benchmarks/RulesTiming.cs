using System.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Tests.Dumps;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary><c>rules COUNT</c>: reads a kube-proxy ruleset of about that many rules, six endpoints per service; prints time and memory.</summary>
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
            GC.Collect();
            for (var round = 0; round < 3; round++)
                Read(path);
        }
        finally
        {
            File.Delete(path);
        }

        using var process = Process.GetCurrentProcess();
        Console.WriteLine($"peak memory of the process {process.PeakWorkingSet64 / 1e6:N0} MB");
        return 0;
    }

    private static void Read(string path)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var process = Process.GetCurrentProcess();
        var (cpu, pause) = (process.TotalProcessorTime, GC.GetTotalPauseDuration());
        var watch = Stopwatch.StartNew();
        var document = DumpReaders.Read("iptables-save", File.ReadAllText(path));
        watch.Stop();
        process.Refresh();
        cpu = process.TotalProcessorTime - cpu;
        pause = GC.GetTotalPauseDuration() - pause;
        var kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        var rules = document.Records.OfType<IptablesTable>().Sum(t => t.Chains.Values.Sum(c => c.Rules.Count));
        Console.WriteLine($"{rules:N0} rules, {new FileInfo(path).Length / 1e6:N0} MB of text: read in {watch.Elapsed.TotalSeconds:N2} s (CPU {cpu.TotalSeconds:N2} s, collector {pause.TotalSeconds:N2} s), kept {kept / 1e6:N0} MB, problems {document.Problems.Count}");
        GC.KeepAlive(document);
    }
}
