using System.Diagnostics;
using PcapPathAnalyzer.Batches;

namespace PcapPathAnalyzer.Cli;

/// <summary>How far a batch is, its rate and the time left: one line on standard error, only where that is a terminal.</summary>
internal sealed class BatchProgress(int total) : IDisposable
{
    private readonly Lock gate = new();
    private readonly long start = Stopwatch.GetTimestamp();
    private readonly bool visible = !Console.IsErrorRedirected && !Terminal.IsQuiet;
    private int done;
    private int failed;

    public void Report(BundleRecord record)
    {
        lock (gate)
        {
            done++;
            if (record.Status != BundleStatus.Analyzed)
                failed++;
            if (!visible)
                return;
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            var left = TimeSpan.FromSeconds(seconds / done * (total - done));
            Console.Error.Write($"\r\e[K{done}/{total} bundles, {done / seconds:0.#}/s, {left:h\\:mm\\:ss} left{(failed > 0 ? $", {failed} not analyzed" : "")}");
        }
    }

    public void Dispose()
    {
        if (visible)
            Console.Error.Write("\r\e[K");
    }
}
