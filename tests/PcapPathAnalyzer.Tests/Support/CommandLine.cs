using System.Diagnostics;
using System.Text;

namespace PcapPathAnalyzer.Tests.Support;

/// <summary>Runs pcappath as its users do, in a process of its own, with everything redirected.</summary>
internal static class CommandLine
{
    public static Task<CommandResult> RunAsync(params string[] arguments) => FinishAsync(Start(arguments));

    /// <summary>As on a machine with so many processors.</summary>
    public static Task<CommandResult> RunOnAsync(int processors, params string[] arguments) => FinishAsync(Start(arguments, processors));

    private static async Task<CommandResult> FinishAsync(Process started)
    {
        using var process = started;
        var output = ReadAsync(process.StandardOutput.BaseStream);
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await process.WaitForExitAsync(limit.Token);
        return new CommandResult(process.ExitCode, await output, await errors);
    }

    public static Process Start(params string[] arguments) => Start(arguments, processors: 0);

    private static Process Start(string[] arguments, int processors)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8, StandardErrorEncoding = Encoding.UTF8, WorkingDirectory = TestData.Root };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "pcappath.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        if (processors > 0)
            start.Environment["DOTNET_PROCESSOR_COUNT"] = processors.ToString("X", System.Globalization.CultureInfo.InvariantCulture); // read as hexadecimal
        return Process.Start(start)!;
    }

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        using var memory = new MemoryStream();
        await stream.CopyToAsync(memory);
        return memory.ToArray();
    }
}

internal sealed record CommandResult(int ExitCode, byte[] Bytes, string Errors)
{
    public string Output => Encoding.UTF8.GetString(Bytes);
}
