using System.Diagnostics;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary>What a program took: seconds on the clock and of processors, and the most memory it had at once.</summary>
internal sealed record Measured(double Seconds, double ProcessorSeconds, long PeakBytes)
{
    /// <summary>Runs a program to its end, its output thrown away; null where it is missing or fails.</summary>
    public static Measured? Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        var watch = Stopwatch.StartNew();
        try
        {
            using var process = Process.Start(start)!;
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            using var ended = new CancellationTokenSource();
            var sampled = Sample(process, ended.Token);
            process.StandardOutput.BaseStream.CopyTo(Stream.Null, 1 << 20);
            process.WaitForExit();
            var seconds = watch.Elapsed.TotalSeconds;
            ended.Cancel();
            var (processor, peak) = sampled.GetAwaiter().GetResult();
            return process.ExitCode == 0 ? new Measured(seconds, processor, peak) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    public static double Median(IEnumerable<double> values) => values.Order().ToList() is { Count: > 0 } sorted ? sorted[sorted.Count / 2] : double.NaN;

    // Both only grow, and are gone with the process: the last look is at most a few milliseconds early.
    private static async Task<(double Processor, long Peak)> Sample(Process process, CancellationToken ended)
    {
        var (processor, peak) = (0.0, 0L);
        while (!ended.IsCancellationRequested)
        {
            try
            {
                process.Refresh();
                processor = process.TotalProcessorTime.TotalSeconds;
                // Of a process that has just ended it is 0.
                peak = Math.Max(peak, process.PeakWorkingSet64);
            }
            catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                break;
            }

            await Task.Delay(5, CancellationToken.None).ConfigureAwait(false);
        }

        return (processor, peak);
    }
}
