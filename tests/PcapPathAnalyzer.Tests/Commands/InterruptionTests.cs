using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Commands;

public sealed class InterruptionTests
{
    [TestCase("INT", 130)]
    [TestCase("TERM", 143)]
    public async Task A_run_that_is_told_to_stop_leaves_no_half_written_file(string signal, int status)
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("signals are sent by kill(1)");
        if (IsIgnored(status - 128))
            Assert.Ignore($"these tests were started with SIG{signal} ignored (nohup, or in the background of a script), and so is what they start");
        var folder = ScratchFolder.Create("stopped");
        using var process = CommandLine.Start("analyze", ManyFlows.Bundle, "--out", folder, "--packets");
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        // packets.csv is begun before anything is read and is whole only at the end.
        while (!File.Exists(Path.Combine(folder, "packets.csv.partial")))
        {
            Assert.That(process.HasExited, Is.False);
            await Task.Delay(10, limit.Token);
        }

        Assert.That(Tool.Run("", "kill", $"-{signal}", process.Id.ToString()).Exit, Is.Zero);
        await process.WaitForExitAsync(limit.Token);
        Assert.That(process.ExitCode, Is.EqualTo(status));
        Assert.That(Directory.GetFiles(folder), Is.Empty);
    }

    // proc_pid_status(5): a mask, the lowest bit is signal 1.
    private static bool IsIgnored(int signal) =>
        File.Exists("/proc/self/status") && File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } line
        && (Convert.ToUInt64(line["SigIgn:".Length..].Trim(), 16) >> (signal - 1) & 1) != 0;
}
