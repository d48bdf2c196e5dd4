using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Tests.Stitching;

/// <summary>A client pod on node-a and a server pod on node-b behind VXLAN, as records, with a capture point on every interface a packet passes.</summary>
internal static class SyntheticNetwork
{
    public const int Points = 10;

    private static readonly (string Namespace, string Interface)[] Path =
    [
        ("node-a/pods/client", "eth0"), ("node-a", "veth0"), ("node-a", "cni0"), ("node-a", "flannel.1"), ("node-a", "eth0"),
        ("node-b", "eth0"), ("node-b", "flannel.1"), ("node-b", "cni0"), ("node-b", "veth0"), ("node-b/pods/server", "eth0"),
    ];

    public static IpAddress Client { get; } = IpAddress.Parse("10.244.0.5");

    public static IpAddress NodeA { get; } = IpAddress.Parse("192.168.56.11");

    public static IpAddress NodeB { get; } = IpAddress.Parse("192.168.56.12");

    public static IpAddress TunnelA { get; } = IpAddress.Parse("10.244.0.0");

    public static IpAddress Server { get; } = IpAddress.Parse("10.244.1.7");

    public static IpAddress Virtual { get; } = IpAddress.Parse("10.96.0.10");

    public static Network Build()
    {
        var builder = new TopologyBuilder();
        Add(builder, "node-a", Link(2, "eth0", 0x0a02), Link(3, "cni0", 0x0a03, kind: "bridge"), Link(4, "flannel.1", 0x0a04, kind: "vxlan"), Link(5, "veth0", 0x0a05, peer: 2, master: "cni0"),
            Address("eth0", "192.168.56.11/24"), Address("cni0", "10.244.0.1/24"), Address("flannel.1", "10.244.0.0/32"));
        Add(builder, "node-a/pods/client", Link(2, "eth0", 0x0a12, peer: 5), Address("eth0", "10.244.0.5/24"));
        Add(builder, "node-b", Link(2, "eth0", 0x0b02), Link(3, "cni0", 0x0b03, kind: "bridge"), Link(4, "flannel.1", 0x0b04, kind: "vxlan"), Link(5, "veth0", 0x0b05, peer: 2, master: "cni0"),
            Address("eth0", "192.168.56.12/24"), Address("cni0", "10.244.1.1/24"), Address("flannel.1", "10.244.1.0/32"));
        Add(builder, "node-b/pods/server", Link(2, "eth0", 0x0b12, peer: 5), Address("eth0", "10.244.1.7/24"));
        return builder.Build();
    }

    /// <summary>A file per capture point, nothing in it yet.</summary>
    public static CaptureReading[] Files(Network network, BlockPool pool)
    {
        var files = new CaptureReading[Points];
        for (var i = 0; i < Points; i++)
        {
            var home = network.Find(Path[i].Namespace)!;
            files[i] = new CaptureReading(pool, new FileNumbers());
            files[i].Tables.Points.Add(new CapturePoint
            {
                Index = 0,
                Namespace = home.Name,
                Interface = Path[i].Interface,
                File = $"{home.Name}/{Path[i].Interface}.pcap",
                Reason = "test",
                Home = home,
                Device = home.Interface(Path[i].Interface),
            });
        }

        return files;
    }

    private static void Add(TopologyBuilder builder, string ns, params DumpRecord[] records)
    {
        var document = new DumpDocument($"{ns}/ip-addr.txt");
        foreach (var record in records)
            document.Add(record);
        builder.Add(ns, document);
    }

    private static LinkRecord Link(int ifIndex, string name, ulong mac, int peer = 0, string? kind = null, string? master = null) => new()
    {
        Location = new SourceLocation("ip-addr.txt", ifIndex),
        IfIndex = ifIndex,
        Name = name,
        Mac = new MacAddress(0x02_00_00_00_00_00 | mac),
        Peer = peer > 0 ? $"if{peer}" : null,
        PeerIfIndex = peer,
        LinkKind = kind,
        Master = master,
    };

    private static AddressRecord Address(string name, string address) =>
        new() { Location = new SourceLocation("ip-addr.txt", 1), Interface = name, Address = IpPrefix.Parse(address) };
}
