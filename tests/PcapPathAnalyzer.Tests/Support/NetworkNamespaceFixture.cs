using System.Diagnostics;

namespace PcapPathAnalyzer.Tests.Support;

/// <summary>A network namespace of its own, removed at the end; the test is skipped where it cannot be made.</summary>
internal sealed class NetworkNamespaceFixture : IDisposable
{
    private readonly string name = $"pcappath-test-{Guid.NewGuid():N}"[..28];

    private NetworkNamespaceFixture()
    {
    }

    public static NetworkNamespaceFixture Create()
    {
        var made = new NetworkNamespaceFixture();
        try
        {
            var (exit, _, error) = Execute(["ip", "netns", "add", made.name], "");
            if (exit != 0)
                Assert.Ignore($"no network namespace can be made: {error.Trim()}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Assert.Ignore($"no network namespace can be made: {e.Message}");
        }

        return made;
    }

    /// <summary>Runs a program inside; a program that is not installed skips the test.</summary>
    public (int Exit, string Output, string Error) Run(string input, params string[] command)
    {
        var result = Execute(["ip", "netns", "exec", name, .. command], input);
        if (result.Exit == 255 && result.Error.Contains("No such file"))
            Assert.Ignore($"{command[0]} is not installed");
        return result;
    }

    public void Dispose() => Execute(["ip", "netns", "del", name], "");

    private static (int Exit, string Output, string Error) Execute(string[] command, string input)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading all of its input; its exit status says why.
        }

        process.WaitForExit();
        return (process.ExitCode, output.Result, error.Result);
    }
}
