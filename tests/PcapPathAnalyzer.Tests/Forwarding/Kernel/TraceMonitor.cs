using System.Collections.Concurrent;
using System.Diagnostics;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>
/// The kernel's own trace of the packets of one namespace (xtables-monitor(8) --trace). A packet to <see cref="Marker"/>, which goes no further,
/// says that everything before it has been printed.
/// </summary>
internal sealed class TraceMonitor : IDisposable
{
    /// <summary>Traced and dropped before any table of iptables sees it.</summary>
    public const string Marker = "127.99.99.99";

    private readonly NamespaceSockets sockets;
    private readonly Process process;
    private readonly BlockingCollection<string> lines = [];
    private ushort marks;

    public TraceMonitor(NamespaceSockets sockets)
    {
        this.sockets = sockets;
        var start = new ProcessStartInfo("ip", ["netns", "exec", sockets.Name, "xtables-monitor", "--trace"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, e) => Take(e.Data);
        process.ErrorDataReceived += (_, e) => Take(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        // The program says nothing when it is ready: marks are sent until it prints one.
        for (var tries = 0; tries < 200; tries++)
        {
            if (Until(Mark(), TimeSpan.FromMilliseconds(25)) is not null)
                return;
        }

        throw new InvalidOperationException($"xtables-monitor prints nothing in {sockets.Name}");
    }

    /// <summary>What was traced since the last call.</summary>
    public IReadOnlyList<string> Read() => Until(Mark(), TimeSpan.FromSeconds(30)) ?? throw new InvalidOperationException($"xtables-monitor no longer prints{(process.HasExited ? $": it has ended with {process.ExitCode}" : "")}");

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        lines.Dispose();
    }

    private void Take(string? line)
    {
        if (line is { Length: > 0 } && !lines.IsAddingCompleted)
            lines.Add(line);
    }

    private ushort Mark()
    {
        sockets.Send(Probe.Of("127.0.0.1", Marker, IpProtocol.Udp, ++marks, 9));
        return marks;
    }

    private List<string>? Until(ushort mark, TimeSpan wait)
    {
        var found = new List<string>();
        var end = $"DPORT={mark} ";
        while (lines.TryTake(out var line, wait))
        {
            if (!line.Contains(Marker, StringComparison.Ordinal))
                found.Add(line);
            else if (line.Contains(end, StringComparison.Ordinal))
                return found;
        }

        return null;
    }
}
