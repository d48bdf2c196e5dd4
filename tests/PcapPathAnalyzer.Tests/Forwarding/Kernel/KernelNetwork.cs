using System.Diagnostics;
using System.Text;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Tests.Support;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>
/// Network namespaces of this machine's kernel as nodes and pods, for one test: made by a script, dumped as a support bundle is, traced by the kernel.
/// Their names are unique, and they are deleted at the end. The test is skipped where any of this cannot be done.
/// </summary>
internal sealed class KernelNetwork : IDisposable
{
    private const string Rules = "\"nft -a list ruleset\" \"iptables-nft-save\" \"ip6tables-nft-save\"";

    private const string All = $"""
        "ip addr" "ip -d link" "ip route show table all" "ip -6 route show table all" "ip rule" "ip -6 rule" "ip neigh" "ip -6 neigh" "bridge fdb show" "iptables-legacy-save" {Rules} "ipset save" "ss -lntup" "sysctl -a -r ^net[.](ipv4|ipv6|bridge|netfilter)"
        """;

    private readonly string prefix = $"pcappath-{Guid.NewGuid():N}"[..16];
    private readonly List<string> names;
    private readonly Dictionary<string, NamespaceSockets> sockets = [];
    private readonly Dictionary<string, TraceSocket> monitors = [];
    private readonly Dictionary<string, List<TraceEvent>> traced = [];
    private readonly Dictionary<(string Namespace, string Command), string> dumps = [];

    /// <summary>Answers for want of a route that the kernel will give yet.</summary>
    public Refusals Refusals { get; } = new();

    private KernelNetwork(IEnumerable<string> namespaces) => names = [.. namespaces];

    /// <param name="namespaces">As folders of a bundle: <c>node-a</c>, <c>node-a/pods/web</c>. The script knows each by the last part of its path.</param>
    public static KernelNetwork Create(params string[] namespaces)
    {
        var made = new KernelNetwork(namespaces);
        foreach (var program in new[] { "ip", "nft", "iptables-nft-restore", "ss", "bridge", "sysctl" })
        {
            if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/sbin").Any(d => File.Exists(Path.Combine(d, program))))
                Assert.Ignore($"{program} is not installed");
        }

        var (exit, error) = made.Execute("""
            for n in $all; do ip netns add $n; ip -n $n link set lo up; done
            """);
        if (exit != 0)
        {
            made.Dispose();
            Assert.Ignore($"no network namespace can be made: {error.Trim()}");
        }

        return made;
    }

    /// <summary>Runs a shell script that knows every namespace by a variable; a command that fails fails the test.</summary>
    public KernelNetwork Run(string script, string input = "")
    {
        var (exit, error) = Execute(script, input);
        Assert.That(exit, Is.Zero, error);
        return this;
    }

    /// <summary>Loads iptables rules (iptables-nft-restore, whole tables), or skips the test where the kernel lacks an extension.</summary>
    public KernelNetwork Load(string ns, string ruleset, string program = "iptables-nft-restore")
    {
        var (exit, error) = Execute($"ip netns exec ${Leaf(ns)} {program}", ruleset);
        if (exit != 0 && error.Contains("Extension", StringComparison.Ordinal))
            Assert.Ignore(error.Trim());
        Assert.That(exit, Is.Zero, () => $"{error}\n{ruleset}");
        return this;
    }

    /// <summary>A TCP and a UDP service that answers, so that the dump of sockets says what does not listen.</summary>
    public void Listen(string ns, params int[] ports)
    {
        foreach (var port in ports)
            Sockets(ns).Listen(port);
    }

    /// <summary>Begins to trace: from here on, whatever the namespaces' hooks see is kept.</summary>
    public void Trace(params string[] namespaces)
    {
        foreach (var ns in namespaces)
        {
            // Neighbour discovery and multicast are the kernel's own talk.
            Execute($"ip netns exec ${Leaf(ns)} nft -f -", """
                table inet tracing {
                  chain pre {
                    type filter hook prerouting priority -400
                    meta l4proto { tcp, udp, sctp, icmp } meta nftrace set 1
                    icmpv6 type { 1, 2, 3, 4, 128, 129 } meta nftrace set 1
                  }
                  chain out {
                    type filter hook output priority -400
                    meta l4proto { tcp, udp, sctp, icmp } meta nftrace set 1
                    icmpv6 type { 1, 2, 3, 4, 128, 129 } meta nftrace set 1
                  }
                }

                """);
            monitors.Add(ns, new TraceSocket(Sockets(ns).Name));
        }
    }

    /// <summary>The network as its dumps describe it now.</summary>
    public Network Describe()
    {
        dumps.Clear();
        foreach (var ns in names)
            Dump(ns, Collector(All));
        return Build();
    }

    /// <summary>The same where since the last time nothing has changed but the rules of one namespace.</summary>
    public Network DescribeRules(string ns)
    {
        if (dumps.Count == 0)
            return Describe();
        Dump(ns, Collector(Rules));
        return Build();
    }

    public void Send(string ns, Probe probe) => Sockets(ns).Send(probe);

    /// <summary>Forgets what was traced so far, and all connections: a walk begins without any.</summary>
    public void Forget()
    {
        foreach (var (ns, monitor) in monitors)
        {
            monitor.ForgetConnections();
            monitor.Read();
            traced[ns] = [];
        }
    }

    /// <summary>What the kernel has traced since, by namespace.</summary>
    /// <param name="network">As it was described while the rules were those that were traced.</param>
    public List<Visit> Visits(Network network)
    {
        foreach (var (ns, monitor) in monitors)
            traced[ns].AddRange(monitor.Read());
        return [.. traced.SelectMany(t => TracedVisits.Read(network.Find(t.Key)!, t.Value))];
    }

    private void Dump(string ns, string collector)
    {
        foreach (var part in Output($"ip netns exec ${Leaf(ns)} sh -c '{collector}'").Split("@@@ ", StringSplitOptions.RemoveEmptyEntries))
        {
            var end = part.IndexOf('\n', StringComparison.Ordinal);
            dumps[(ns, part[..end])] = part[(end + 1)..];
        }
    }

    private Network Build()
    {
        var builder = new TopologyBuilder();
        foreach (var ((ns, command), text) in dumps)
            builder.Add(ns, DumpReaders.Read($"{ns}/{command}", text));
        return builder.Build();
    }

    public string Output(string script)
    {
        var (exit, output, error) = Shell(script, "");
        Assert.That(exit, Is.Zero, error);
        return output;
    }

    public void Dispose()
    {
        foreach (var m in monitors.Values)
            m.Dispose();
        foreach (var s in sockets.Values)
            s.Dispose();
        Execute("for n in $all; do ip netns del $n 2>/dev/null; done");
    }

    private NamespaceSockets Sockets(string ns)
    {
        if (!sockets.TryGetValue(ns, out var found))
            sockets.Add(ns, found = new NamespaceSockets($"{prefix}-{Leaf(ns)}"));
        return found;
    }

    private static string Collector(string commands) => $"for c in {commands}; do echo \"@@@ $c\"; $c 2>/dev/null || true; done";

    private static string Leaf(string ns) => ns[(ns.LastIndexOf('/') + 1)..].Replace('-', '_');

    private (int Exit, string Error) Execute(string script, string input = "")
    {
        var (exit, _, error) = Shell(script, input);
        return (exit, error);
    }

    private (int Exit, string Output, string Error) Shell(string script, string input)
    {
        var variables = new StringBuilder();
        foreach (var ns in names)
            variables.Append($"{Leaf(ns)}={prefix}-{Leaf(ns)}\n");
        variables.Append($"all=\"{string.Join(' ', names.Select(n => $"${Leaf(n)}"))}\"\non() {{ ns=$1; shift; ip netns exec $ns \"$@\"; }}\n");
        var start = new ProcessStartInfo("sh", ["-ec", variables + script]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return (process.ExitCode, output.Result, error.Result);
    }
}
