using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>10.1.0.2 and fd01::2 (client), a router, 10.2.0.2, 10.2.0.3 and fd02::2 (server), every table of iptables on each, traced; port 7 answers everywhere.</summary>
internal sealed class RouterNetwork : IDisposable
{
    public const string Router = "router";
    public const string Client = "router/pods/client";
    public const string Server = "router/pods/server";
    public const string ClientAddress = "10.1.0.2";
    public const string ServerAddress = "10.2.0.2";

    private static readonly string[] Traced = [Router, Client, Server];

    // Every built-in chain, so that each hook leaves its policy in the trace.
    private static readonly (string Table, string[] Chains)[] Tables =
    [
        ("raw", ["PREROUTING", "OUTPUT"]),
        ("mangle", ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]),
        ("nat", ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"]),
        ("filter", ["INPUT", "FORWARD", "OUTPUT"]),
    ];

    private readonly KernelNetwork kernel;
    private KernelJudge? judge;
    private ushort lastPort = 20000;

    public RouterNetwork()
    {
        kernel = KernelNetwork.Create(Router, Client, Server);
        kernel.Run("""
            ip link add eth0 netns $client type veth peer name vc netns $router
            ip link add eth0 netns $server type veth peer name vs netns $router
            ip -n $client addr add 10.1.0.2/24 dev eth0; ip -n $client addr add fd01::2/64 dev eth0 nodad
            ip -n $server addr add 10.2.0.2/24 dev eth0; ip -n $server addr add 10.2.0.3/24 dev eth0; ip -n $server addr add fd02::2/64 dev eth0 nodad
            ip -n $router addr add 10.1.0.1/24 dev vc; ip -n $router addr add fd01::1/64 dev vc nodad
            ip -n $router addr add 10.2.0.1/24 dev vs; ip -n $router addr add fd02::1/64 dev vs nodad
            ip -n $client link set eth0 up; ip -n $server link set eth0 up; ip -n $router link set vc up; ip -n $router link set vs up
            ip -n $client route add default via 10.1.0.1; ip -n $client -6 route add default via fd01::1
            ip -n $server route add default via 10.2.0.1; ip -n $server -6 route add default via fd02::1
            on $router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
            for n in $all; do on $n sysctl -qw net.ipv4.icmp_ratemask=0 net.ipv4.tcp_synack_retries=0 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0; done
            for n in $all; do for d in $(on $n ls /proc/sys/net/ipv4/conf); do on $n sysctl -qw net.ipv4.conf.$d.rp_filter=0 net.ipv4.conf.$d.send_redirects=0; done; done
            """);
        foreach (var ns in Traced)
            kernel.Listen(ns, 7);
        foreach (var ns in Traced.Skip(1))
            Load(ns, "", isIpv6: false).Load(ns, "", isIpv6: true);
        kernel.Trace(Traced);
    }

    /// <summary>Replaces the router's rules.</summary>
    /// <param name="ns">Whose.</param>
    /// <param name="rules"><c>-t TABLE -A CHAIN ...</c> lines, <c>:CHAIN -</c> under <c>*TABLE</c> where there are user chains, <c>:CHAIN DROP</c> for a policy.</param>
    /// <param name="isIpv6">ip6tables.</param>
    public RouterNetwork Load(string ns, string rules, bool isIpv6)
    {
        judge = null;
        kernel.Load(ns, Whole(rules), isIpv6 ? "ip6tables-nft-restore" : "iptables-nft-restore");
        return this;
    }

    /// <summary>The router's rules and a script that changes its surroundings; both hold until the next call.</summary>
    public void Set(string rules = "", string script = "")
    {
        Load(Router, rules, isIpv6: false);
        if (script.Length > 0)
            kernel.Run(script);
        judge = null;
    }

    /// <summary>Replaces all of the router's rules; nothing else has changed since the last probe.</summary>
    public void Replace(string ruleset)
    {
        kernel.Load(Router, ruleset);
        judge = new KernelJudge(kernel, kernel.DescribeRules(Router), Traced);
    }

    public void Run(string script) => RunWith(script, "");

    /// <summary>The script reads the input.</summary>
    public void RunWith(string script, string input)
    {
        judge = null;
        kernel.Run(script, input);
    }

    /// <summary>Sends a probe and demands that the walk says what the kernel does; a source port of 0 becomes one that was not used before.</summary>
    public Task<WalkPath> AgreeAsync(Probe probe, string from = Client)
    {
        judge ??= new KernelJudge(kernel, kernel.Describe(), Traced);
        return judge.AgreeAsync(from, probe.SourcePort == 0 ? probe with { SourcePort = ++lastPort } : probe);
    }

    public Task<WalkPath> AgreeAsync(string destination, IpProtocol protocol = IpProtocol.Tcp, int port = 0, string source = ClientAddress, string from = Client) =>
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
