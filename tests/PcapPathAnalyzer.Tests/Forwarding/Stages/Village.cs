using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Tests.Bundles;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Tests.Forwarding.Stages;

/// <summary>A small network written as dumps, and questions about it: a case per sentence.</summary>
internal sealed class Village
{
    private readonly Dictionary<string, string> dumps = new(StringComparer.Ordinal);

    /// <summary>A dump by its bundle path, <c>node/ip-route</c>; what was there is replaced.</summary>
    public Village With(string file, string text)
    {
        dumps[file] = text;
        return this;
    }

    /// <summary>A node with eth0 (10.1.0.1/24, to a client outside) and eth1 (10.2.0.1/24, to servers outside).</summary>
    public static Village Router() => new Village()
        .With("node/ip-addr", """
            1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
                inet 127.0.0.1/8 scope host lo
            2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
                link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
                inet 10.1.0.1/24 brd 10.1.0.255 scope global eth0
            3: eth1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
                link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff
                inet 10.2.0.1/24 brd 10.2.0.255 scope global eth1
                inet 10.2.0.7/24 brd 10.2.0.255 scope global secondary eth1

            """)
        .With("node/ip-route", "10.1.0.0/24 dev eth0 proto kernel scope link src 10.1.0.1\n10.2.0.0/24 dev eth1 proto kernel scope link src 10.2.0.1\n")
        .With("node/sysctl", "net.ipv4.ip_forward = 1\nnet.ipv4.conf.all.rp_filter = 0\n");

    /// <summary>Writes the dumps into a bundle.</summary>
    public void WriteTo(TemporaryFolder bundle)
    {
        foreach (var (file, text) in dumps)
            bundle.Write(file + ".txt", text);
    }

    public IReadOnlyList<WalkPath> Ask(Question question)
    {
        var builder = new TopologyBuilder();
        foreach (var (file, text) in dumps)
            builder.Add(file[..file.LastIndexOf('/')], DumpReaders.Read(file, text));
        var network = builder.Build();
        var request = question.Ask(network, out var error);
        Assert.That(request, Is.Not.Null, error);
        return Walk.Run(network, request!).Paths;
    }

    /// <summary>From a client outside, in by eth0.</summary>
    public IReadOnlyList<WalkPath> FromOutside(string to, string? protocol = null, string from = "10.1.0.9", int size = 0, uint mark = 0, int ttl = 64) =>
        Ask(new Question { From = from, In = "node:eth0", To = to, Protocol = protocol, Size = size, Mark = mark, Ttl = ttl, SourcePort = 40000 });
}
