using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary>What a program took, from its start to its end.</summary>
/// <param name="CpuSeconds">User and system time of the program.</param>
/// <param name="Output">Its first line of standard output.</param>
internal sealed record ProcessTime(double Seconds, double CpuSeconds, string Output)
{
    /// <summary>Null where the program is missing or fails.</summary>
    public static ProcessTime? Of(string? program, params string[] arguments)
    {
        if (program is null)
            return null;
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        var before = ChildrenCpuSeconds();
        var watch = Stopwatch.StartNew();
        try
        {
            using var process = Process.Start(start)!;
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            watch.Stop();
            return process.ExitCode == 0 ? new ProcessTime(watch.Elapsed.TotalSeconds, ChildrenCpuSeconds() - before, output.Split('\n')[0]) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>For a program that did the work twice.</summary>
    public ProcessTime Half() => this with { Seconds = Seconds / 2, CpuSeconds = CpuSeconds / 2 };

    // getrusage(2): user and system time as two pairs of seconds and microseconds, in front of fourteen counts.
    private static double ChildrenCpuSeconds()
    {
        const int children = -1;
        var usage = new long[18];
        return OperatingSystem.IsLinux() && GetResourceUsage(children, usage) == 0 ? usage[0] + usage[2] + ((usage[1] + usage[3]) / 1e6) : double.NaN;
    }

    [DllImport("libc", EntryPoint = "getrusage")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int GetResourceUsage(int who, [Out] long[] usage);
}
