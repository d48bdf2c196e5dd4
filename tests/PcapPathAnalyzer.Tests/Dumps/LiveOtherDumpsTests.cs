using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary>One state of a network namespace as several programs and files of the kernel show it: each reader has to tell the same.</summary>
[NonParallelizable]
public sealed class LiveOtherDumpsTests
{
    private static readonly string[] State =
    [
        "ip link set lo up",
        "ip link add eth0 type veth peer name far0",
        "ip link set eth0 up",
        "ip link set far0 up",
        "ip addr add 192.0.2.1/24 dev eth0",
        "ip route add default via 192.0.2.254",
        "ip route add 10.1.0.0/16 via 192.0.2.3 metric 100",
        "ip route add 10.2.0.7/32 dev eth0",
        "ip neigh add 192.0.2.3 lladdr 02:00:00:00:00:03 dev eth0 nud permanent",
        "ip neigh add 192.0.2.4 lladdr 02:00:00:00:00:04 dev eth0 nud reachable",
        "conntrack -I -p tcp -s 192.0.2.1 -d 10.96.0.1 --sport 40000 --dport 443 --dst-nat 10.244.0.5:6443 --state ESTABLISHED -t 4000 -u ASSURED,SEEN_REPLY -m 16384",
        "conntrack -I -p udp -s 192.0.2.1 -d 192.0.2.3 --sport 5000 --dport 53 -t 4000",
        "conntrack -I -p tcp -s 2001:db8::1 -d 2001:db8::2 --sport 1 --dport 2 --state SYN_SENT -t 4000",
    ];

    private NetworkNamespaceFixture netns = null!;

    [OneTimeSetUp]
    public void MakeState()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            Assert.Ignore("making a network namespace needs root on Linux");
        netns = NetworkNamespaceFixture.Create();
        foreach (var command in State)
            Tool.Run("", ["nsenter", $"--net=/run/netns/{netns.Name}", .. command.Split(' ')]);
    }

    [OneTimeTearDown]
    public void RemoveState() => netns?.Dispose();

    [TestCase("cat /proc/net/route")]
    [TestCase("route -n")]
    [TestCase("netstat -rn")]
    public void Routes_are_those_of_ip_route(string command)
    {
        Tool.Require(command.Split(' ')[0]);
        var expected = Routes(Read("ip -4 route show table main"), hasMetric: command != "netstat -rn");
        Assert.That(expected, Has.Count.EqualTo(4));
        Assert.That(Routes(Read(command), hasMetric: command != "netstat -rn"), Is.EquivalentTo(expected));
    }

    [TestCase("cat /proc/net/arp")]
    [TestCase("arp -an")]
    [TestCase("arp -n")]
    public void Neighbours_are_those_of_ip_neigh(string command)
    {
        Tool.Require(command.Split(' ')[0]);
        var expected = Neighbours(Read("ip -4 neigh"));
        Assert.That(expected, Has.Count.EqualTo(2));
        Assert.That(Neighbours(Read(command)), Is.EquivalentTo(expected));
    }

    [TestCase("ss -lntu")]
    [TestCase("ss -lntup")]
    [TestCase("netstat -lntu")]
    [TestCase("netstat -lnp")]
    [TestCase("cat /proc/net/tcp /proc/net/udp /proc/net/tcp6 /proc/net/udp6")]
    public void Sockets_are_those_that_were_opened(string command)
    {
        Tool.Require(command.Split(' ')[0], "python3");
        const string Open = """
            import socket, subprocess, sys
            keep = []
            for family, kind, address, port in ((socket.AF_INET, socket.SOCK_STREAM, "0.0.0.0", 8080), (socket.AF_INET, socket.SOCK_STREAM, "127.0.0.1", 10256),
                                                (socket.AF_INET, socket.SOCK_DGRAM, "192.0.2.1", 8472), (socket.AF_INET6, socket.SOCK_STREAM, "::1", 443)):
                s = socket.socket(family, kind)
                s.bind((address, port))
                if kind == socket.SOCK_STREAM:
                    s.listen()
                keep.append(s)
            sys.stdout.write(subprocess.run(sys.argv[1], shell=True, capture_output=True, text=True).stdout)
            """;
        var (_, output, error) = netns.Run("", "python3", "-c", Open, command);
        Assert.That(error, Is.Empty);
        var sockets = DumpReaders.Read("sockets", output).Records.OfType<SocketRecord>().ToList();
        Assert.That(sockets.Select(static s => $"{s.Protocol.Keyword()} {s.Local} {s.LocalPort} {s.State}"), Is.EquivalentTo(new[] { "tcp 0.0.0.0 8080 LISTEN", "tcp 127.0.0.1 10256 LISTEN", "udp 192.0.2.1 8472 UNCONN", "tcp ::1 443 LISTEN" }));
        if (command is "ss -lntup" or "netstat -lnp")
            Assert.That(sockets.Select(static s => s.Process), Has.All.Contains("python3"));
    }

    [TestCase("conntrack -L")]
    [TestCase("conntrack -L -o extended,id")]
    [TestCase("conntrack -L -o extended,id,timestamp")]
    [TestCase("cat /proc/net/nf_conntrack")]
    public void Connections_are_those_that_were_made(string command)
    {
        Tool.Require("conntrack");
        var output = Print(command);
        if (!output.Contains("10.96.0.1", StringComparison.Ordinal))
            Assert.Ignore("this kernel takes no connections from conntrack(8), or does not show them there");
        var document = DumpReaders.Read("conntrack", output);
        Assert.That(document.Problems, Is.Empty);
        Assert.That(document.Records.OfType<ConntrackRecord>().Select(static c => $"{c.Original} / {c.Reply} {c.State} {c.Assured} {c.Unreplied} {c.Mark}"), Is.EquivalentTo(new[]
        {
            "tcp 192.0.2.1:40000 > 10.96.0.1:443 / tcp 10.244.0.5:6443 > 192.0.2.1:40000 ESTABLISHED True False 16384",
            "udp 192.0.2.1:5000 > 192.0.2.3:53 / udp 192.0.2.3:53 > 192.0.2.1:5000  False True 0",
            "tcp [2001:db8::1]:1 > [2001:db8::2]:2 / tcp [2001:db8::2]:2 > [2001:db8::1]:1 SYN_SENT False True 0",
        }));
    }

    [Test]
    public void Counters_of_connection_tracking_are_told_for_each_processor()
    {
        Tool.Require("conntrack");
        var document = DumpReaders.Read("conntrack-S", Print("conntrack -S"));
        Assert.That(document.Problems, Is.Empty);
        var counters = document.Records.OfType<ConntrackStatisticsRecord>().ToList();
        Assert.That(counters.Select(static c => c.Cpu), Is.EqualTo(Enumerable.Range(0, counters.Count)));
        Assert.That(counters.Select(static c => c.Counters.Keys), Has.All.SupersetOf(new[] { "found", "invalid", "insert_failed", "drop" }));
    }

    [Test]
    public void Kernel_parameters_have_the_values_that_proc_has()
    {
        Tool.Require("sysctl");
        var document = DumpReaders.Read("sysctl", Print("sysctl -a 2>/dev/null"));
        var values = document.Records.OfType<SysctlRecord>().ToDictionary(static s => s.Name, static s => s.Value, StringComparer.Ordinal);
        Assert.That(document.Problems, Is.Empty);
        foreach (var name in (string[])["net.ipv4.ip_forward", "net.ipv4.conf.eth0.rp_filter", "net.ipv4.tcp_rmem", "net.ipv6.conf.all.forwarding"])
            Assert.That(values[name], Is.EqualTo(Print($"cat /proc/sys/{name.Replace('.', '/')}").TrimEnd()), name);
    }

    [Test]
    public void Namespaces_are_listed_by_name() =>
        Assert.That(DumpReaders.Read("netns", Tool.Run("", "ip", "netns", "list").Output + "web (id: 3)\n").Records.OfType<NetnsRecord>().Select(static n => (n.Name, n.Id)), Does.Contain((netns.Name, -1)).And.Contain(("web", 3)));

    private DumpDocument Read(string command) => DumpReaders.Read("x", Print(command));

    private string Print(string command) => netns.Run("", "sh", "-c", command).Output;

    private static List<string> Routes(DumpDocument document, bool hasMetric) =>
        [.. document.Records.OfType<RouteRecord>().Select(r => $"{r.Destination} via {r.NextHops[0].Gateway} dev {r.NextHops[0].Device}{(hasMetric ? $" metric {r.Metric}" : "")}")];

    private static List<string> Neighbours(DumpDocument document) =>
        [.. document.Records.OfType<NeighbourRecord>().Where(static n => !n.LinkLayerAddress.IsNone).Select(static n => $"{n.Address} {n.LinkLayerAddress} {n.Interface}")];
}
