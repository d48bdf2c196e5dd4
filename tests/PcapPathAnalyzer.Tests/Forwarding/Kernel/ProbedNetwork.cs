using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>Namespaces that are all traced, with every built-in chain of iptables in each, so that every hook leaves its policy in the trace; UDP and TCP port 7 answer everywhere.</summary>
internal abstract class ProbedNetwork : IDisposable
{
    private static readonly (string Table, string[] Chains)[] Tables =
    [
        ("raw", ["PREROUTING", "OUTPUT"]),
        ("mangle", ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]),
        ("nat", ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"]),
        ("filter", ["INPUT", "FORWARD", "OUTPUT"]),
    ];

    private readonly KernelNetwork kernel;
    private readonly string[] namespaces;
    private KernelJudge? judge;
    private ushort lastPort = 20000;

    /// <param name="script">Makes interfaces, addresses and routes; every namespace is a variable.</param>
    protected ProbedNetwork(string script, params string[] namespaces)
    {
        this.namespaces = namespaces;
        kernel = KernelNetwork.Create(namespaces);
        // Nothing of the kernel's own habits is left to the time between two probes.
        kernel.Run(script + "\n" + """
            for n in $all; do
              on $n sysctl -qw net.ipv4.icmp_ratemask=0 net.ipv6.icmp.ratelimit=0 net.ipv4.tcp_synack_retries=0
              for d in $(on $n ls /proc/sys/net/ipv4/conf); do on $n sysctl -qw net/ipv4/conf/$d/rp_filter=0 net/ipv4/conf/$d/send_redirects=0; done
            done
            """);
        foreach (var ns in namespaces)
            kernel.Listen(ns, 7);
        foreach (var ns in namespaces)
            Load(ns, "").Load(ns, "", isIpv6: true);
        kernel.Trace(namespaces);
    }

    /// <summary>Probes that agreed only once the network was described anew.</summary>
    public int Repeated { get; private set; }

    /// <summary>Replaces a namespace's rules.</summary>
    /// <param name="ns">Whose.</param>
    /// <param name="rules"><c>-A CHAIN ...</c> lines under <c>*TABLE</c> (filter by default), <c>:CHAIN -</c> where there are user chains, <c>:CHAIN DROP</c> for a policy.</param>
    /// <param name="isIpv6">ip6tables.</param>
    public ProbedNetwork Load(string ns, string rules, bool isIpv6 = false)
    {
        judge = null;
        kernel.Load(ns, Whole(rules), isIpv6 ? "ip6tables-nft-restore" : "iptables-nft-restore");
        return this;
    }

    /// <summary>Replaces all of a namespace's rules of one tool; where nothing else has changed since the last probe, only they are described anew.</summary>
    public void Replace(string ns, string ruleset, string program)
    {
        kernel.Load(ns, ruleset, program);
        judge = new KernelJudge(kernel, judge is null ? kernel.Describe() : kernel.DescribeRules(ns), namespaces);
    }

    public void Run(string script) => RunWith(script, "");

    /// <summary>The script reads the input.</summary>
    public void RunWith(string script, string input)
    {
        judge = null;
        kernel.Run(script, input);
    }

    public string Output(string script) => kernel.Output(script);

    /// <summary>
    /// Sends a probe and demands that the walk says what the kernel does; a source port of 0 becomes one that was not used before. On a machine that is busy
    /// with other things a neighbour may have been forgotten since the dumps were made: what disagrees is described anew and asked once more.
    /// </summary>
    public async Task<WalkPath> AgreeAsync(Probe probe, string from)
    {
        judge ??= new KernelJudge(kernel, kernel.Describe(), namespaces);
        try
        {
            return await judge.AgreeAsync(from, WithPort(probe));
        }
        catch (DisagreementException e)
        {
            judge = new KernelJudge(kernel, kernel.Describe(), namespaces);
            var path = await judge.AgreeAsync(from, WithPort(probe));
            TestContext.Out.WriteLine($"agreed only when described anew: {e.Message}");
            Repeated++;
            return path;
        }
    }

    /// <summary>Sends a probe to a group, and demands that each namespace but the sender's, and those that copy it, sees it as one of the walk's copies does.</summary>
    /// <param name="unseen">Namespaces whose trace shows several copies as one.</param>
    public async Task<IReadOnlyList<WalkPath>> AgreeOnCopiesAsync(Probe probe, string from, params string[] unseen)
    {
        judge ??= new KernelJudge(kernel, kernel.Describe(), namespaces);
        return await judge.AgreeOnCopiesAsync(from, WithPort(probe), [.. unseen, from]);
    }

    private Probe WithPort(Probe probe) => probe.SourcePort == 0 ? probe with { SourcePort = ++lastPort } : probe;

    public Task<WalkPath> AgreeAsync(string from, string source, string destination, IpProtocol protocol = IpProtocol.Tcp, int port = 0) =>
        AgreeAsync(Probe.Of(source, destination, protocol, port), from);

    public void Dispose() => kernel.Dispose();

    private static string Whole(string rules)
    {
        var sections = Tables.ToDictionary(t => t.Table, t => t.Chains.ToDictionary(c => c, _ => "ACCEPT"));
        var lines = Tables.ToDictionary(t => t.Table, _ => new List<string>());
        var table = "filter";
        foreach (var line in rules.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line[0] == '*')
                table = line[1..];
            else if (line[0] == ':')
                sections[table][line[1..].Split(' ')[0]] = line.Split(' ')[1];
            else
                lines[table].Add(line);
        }

        return string.Concat(sections.Select(s => $"*{s.Key}\n{string.Concat(s.Value.Select(c => $":{c.Key} {c.Value} [0:0]\n"))}{string.Concat(lines[s.Key].Select(l => l + "\n"))}COMMIT\n"));
    }
}
