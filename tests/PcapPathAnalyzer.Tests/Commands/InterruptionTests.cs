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
}
