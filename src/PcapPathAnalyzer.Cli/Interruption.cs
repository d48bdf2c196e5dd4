using System.Runtime.InteropServices;
using PcapPathAnalyzer.Reports;

namespace PcapPathAnalyzer.Cli;

/// <summary>Ctrl-C, a closed terminal and a polite kill: what is half written goes away, and the exit status says which signal it was.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly PosixSignalRegistration[] registrations =
        [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(s => PosixSignalRegistration.Create(s, Stop))];

    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
    }

    private static void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        OutputFile.Abandon();
        Terminal.Restore();
        // As a shell reports a process that a signal ended (POSIX, "Exit Status for Commands").
        Environment.Exit(128 + context.Signal switch { PosixSignal.SIGINT => 2, PosixSignal.SIGTERM => 15, _ => 1 });
    }
}
