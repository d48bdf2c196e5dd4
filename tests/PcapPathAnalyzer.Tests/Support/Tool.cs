using System.ComponentModel;
using System.Diagnostics;

namespace PcapPathAnalyzer.Tests.Support;

/// <summary>Programs that tests compare with or run, where they are installed.</summary>
internal static class Tool
{
    /// <summary>Skips the test with a word where a program is missing.</summary>
    public static void Require(params ReadOnlySpan<string> programs)
    {
        foreach (var program in programs)
        {
            if (!Exists(program))
                Assert.Ignore($"{program} is not installed");
        }
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="Win32Exception">There is no such program.</exception>
    public static (int Exit, string Output, string Error) Run(string input, params string[] command)
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

    public static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin").Append("/sbin").Any(p => File.Exists(Path.Combine(p, program)));
}
