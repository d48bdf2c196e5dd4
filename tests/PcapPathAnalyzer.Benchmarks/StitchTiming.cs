using System.Diagnostics;
using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary><c>stitch DIR FLOWS PACKETS</c>: makes a bundle of known truth, analyzes it, checks every flow, prints time and memory.</summary>
internal static class StitchTiming
{
    public static int Run(string folder, int flows, int packets)
    {
        if (!Directory.Exists(folder))
            new BundleGenerator(folder, flows, packets).Write();
        var bytes = Directory.GetFiles(folder, "*.pcap", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
        var watch = Stopwatch.StartNew();
        var result = PathAnalyzer.Analyze(BundleReader.Read(folder), new AnalysisOptions { Progress = new Phases() });
        watch.Stop();
        var wrong = result.Flows.Count(f => f.Forward.Packets != packets || f.Reply.Packets != packets || f.Forward.Hops.Count != 10 || f.Reply.Hops.Count != 10
            || f.Retransmissions != 0 || f.Outcome != FlowOutcome.Completed || f.Forward.Hops.Any(h => h.Packets != packets) || f.Reply.Hops.Any(h => h.Packets != packets)
            || !f.Forward.Hops.SelectMany(h => h.Actions).Any(a => a.Name == "dnat" && a.Citation is not null));
        using var process = Process.GetCurrentProcess();
        Console.WriteLine($"observations {result.Observations:N0}  flows {result.Flows.Count:N0} of {flows:N0}, wrong {wrong}  captures {bytes / 1e6:N0} MB  analyze {watch.Elapsed.TotalSeconds:N2} s  {result.Observations / watch.Elapsed.TotalSeconds / 1e6:N2} million observations/s  peak memory {process.PeakWorkingSet64 / 1e6:N0} MB");
        return result.Flows.Count == flows && wrong == 0 ? 0 : 1;
    }

    /// <summary>Prints when each part begins, in processor time: on a shared machine it says more than the clock.</summary>
    private sealed class Phases : IProgress<AnalysisProgress>
    {
        private string last = "";

        public void Report(AnalysisProgress value)
        {
            var word = value.Doing.Split(' ')[0];
            lock (this)
            {
                if (word == last)
                    return;
                last = word;
                Console.WriteLine($"{Environment.CpuUsage.TotalTime.TotalSeconds,8:N2} s of processor time: {word}");
            }
        }
    }
}
