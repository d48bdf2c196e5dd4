using System.Diagnostics;
using System.Globalization;
using System.Text;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Tests.Dumps;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary>
/// <c>explain RULES FLOWS</c>: walks from pods to services of a kube-proxy ruleset of about that many rules, six endpoints per service. First one
/// connection alone, cold and warm; then the first packets of FLOWS connections, whose clients, services and source ports chance chooses.
/// </summary>
internal static class ExplainTiming
{
    private const int Endpoints = 6;
    private const int Clients = 20;

    public static int Run(int rules, int flows)
    {
        var services = rules / KubeProxyRuleset.RulesPerService(Endpoints);
        var network = Network(KubeProxyRuleset.Write(services, Endpoints));
        var random = new Random(1);
        Console.WriteLine($"{services * KubeProxyRuleset.RulesPerService(Endpoints):N0} rules, {services:N0} services of {Endpoints} endpoints, one node with {Clients} pods");
        // The last service's rule is the last of its chain.
        var last = Ask(network, 0, services - 1, 40000);
        var first = Time(() => Walk.Run(network, last));
        var ways = Walk.Run(network, last).Paths.Count;
        var warm = Measured.Median(Enumerable.Range(0, 21).Select(_ => Time(() => Walk.Run(network, last))));
        Console.WriteLine($"one walk of {ways} ways and their answers: {first * 1e3:N1} ms at first, {warm * 1e3:N2} ms once compiled, {1 / warm:N0} a second");
        var requests = Enumerable.Range(0, flows).Select(_ => Ask(network, random.Next(Clients), random.Next(services), random.Next(32768, 61000))).ToList();
        var walks = new SharedWalks(network);
        var paths = 0L;
        var all = Time(() =>
        {
            foreach (var request in requests)
                paths += walks.Run(request).Paths.Count;
        });
        Console.WriteLine($"{flows:N0} first packets: {all:N2} s, {walks.Count:N0} walks of their own, {paths:N0} ways");
        return 0;
    }

    private static double Time(Action run)
    {
        var watch = Stopwatch.StartNew();
        run();
        return watch.Elapsed.TotalSeconds;
    }

    private static WalkRequest Ask(Network network, int client, int service, int port) =>
        new Question { From = $"node/pods/p{client}", To = $"10.{96 + (service >> 16)}.{(service >> 8) & 255}.{service & 255}:80", SourcePort = port }.Ask(network, out _)!;

    private static Network Network(string rules)
    {
        var builder = new TopologyBuilder();
        var links = new StringBuilder("2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default\n    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n    inet 192.168.56.11/24 brd 192.168.56.255 scope global eth0\n");
        var routes = new StringBuilder("default via 192.168.56.1 dev eth0\n192.168.56.0/24 dev eth0 proto kernel scope link src 192.168.56.11\n");
        for (var i = 0; i < Clients; i++)
        {
            links.Append(CultureInfo.InvariantCulture, $"{i + 10}: veth{i}@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default\n    link/ether 02:00:00:00:01:{i:x2} brd ff:ff:ff:ff:ff:ff link-netns p{i}\n");
            routes.Append(CultureInfo.InvariantCulture, $"10.244.0.{i + 2} dev veth{i} scope link\n");
            Add($"node/pods/p{i}", "ip-addr", $"2: eth0@if{i + 10}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default\n    link/ether 02:00:00:00:02:{i:x2} brd ff:ff:ff:ff:ff:ff link-netnsid 0\n    inet 10.244.0.{i + 2}/32 scope global eth0\n");
            Add($"node/pods/p{i}", "ip-route", "default via 169.254.1.1 dev eth0\n169.254.1.1 dev eth0 scope link\n");
            Add($"node/pods/p{i}", "ip-neigh", $"169.254.1.1 dev eth0 lladdr 02:00:00:00:01:{i:x2} REACHABLE\n");
        }

        Add("node", "ip-addr", links.ToString());
        Add("node", "ip-route", routes.ToString());
        Add("node", "sysctl", "net.ipv4.ip_forward = 1\nnet.ipv4.conf.all.rp_filter = 0\n");
        Add("node", "iptables-save", rules);
        return builder.Build();

        void Add(string ns, string file, string text) => builder.Add(ns, DumpReaders.Read($"{ns}/{file}", text));
    }
}
