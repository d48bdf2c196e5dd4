using System.Buffers.Binary;
using System.Text;

namespace PcapPathAnalyzer.Benchmarks;

/// <summary>
/// Writes a bundle whose truth is known: clients on node-a call services whose endpoints are on node-b, through DNAT and
/// VXLAN, seen at ten capture points. Every packet is written at every point, in order of time.
/// </summary>
internal sealed class BundleGenerator(string folder, int flows, int packetsPerDirection)
{
    private const int Services = 40;
    private const int FirstPort = 10_000;
    private const int Ports = 50_000;
    private const long Start = 1_795_000_000_000_000_000;

    private static readonly string[] Points =
    [
        "node-a/pods/client-0/eth0", "node-a/vethaaaa0000", "node-a/cni0", "node-a/flannel.1", "node-a/eth0",
        "node-b/eth0", "node-b/flannel.1", "node-b/cni0", "node-b/vethbbbb0000", "node-b/pods/web-0/eth0",
    ];

    /// <summary>Clients that share the client pod's interface, since one address has only so many ports: a pod with many addresses.</summary>
    private readonly int clients = (flows + Ports - 1) / Ports;

    public void Write()
    {
        Dumps();
        var writers = Points.Select(p => Open(Path.Combine(folder, p + ".pcap"))).ToArray();
        var order = Enumerable.Range(0, flows).ToArray();
        var frame = new byte[256];
        // Flows interleave: a window of them is active, one packet each in turn.
        const int window = 64;
        var time = Start;
        ushort id = 1;
        for (var first = 0; first < flows; first += window)
        {
            for (var k = 0; k < packetsPerDirection; k++)
            {
                foreach (var flow in order.AsSpan(first, Math.Min(window, flows - first)))
                {
                    for (var reply = 0; reply < 2; reply++)
                    {
                        Packet(writers, frame, flow, k, reply == 1, time, ++id);
                        time += 20_000;
                    }
                }
            }
        }

        foreach (var writer in writers)
            writer.Dispose();
    }

    private void Packet(FileStream[] writers, byte[] frame, int flow, int k, bool reply, long time, ushort id)
    {
        for (var hop = 0; hop < Points.Length; hop++)
        {
            var point = reply ? Points.Length - 1 - hop : hop;
            var length = Build(frame, flow, k, reply, point, id);
            Record(writers[point], time + (hop * 1000), frame.AsSpan(0, length));
        }
    }

    // Points 4 and 5 are the NICs (VXLAN around), 0 and 1 the client's side (before DNAT), the others see the pod's address.
    private int Build(byte[] f, int flow, int k, bool reply, int point, ushort id)
    {
        Array.Clear(f);
        var n = 0;
        var tunnelled = point is 4 or 5;
        if (tunnelled)
        {
            n = Ethernet(f, 0, 0x0242c0a8380b, 0x0242c0a8380c);
            var outer = n;
            n = Ip(f, n, reply ? 0xc0a8380cu : 0xc0a8380bu, reply ? 0xc0a8380bu : 0xc0a8380cu, 17, 64, (ushort)(id + 7), 0);
            BinaryPrimitives.WriteUInt16BigEndian(f.AsSpan(n), (ushort)(0xC000 | (flow & 0xFFF)));
            BinaryPrimitives.WriteUInt16BigEndian(f.AsSpan(n + 2), 8472);
            n += 8;
            f[n] = 8;
            f[n + 6] = 1;
            n += 8;
            n = Inner(f, n, flow, k, reply, point, id);
            BinaryPrimitives.WriteUInt16BigEndian(f.AsSpan(outer + 2), (ushort)(n - outer));
            BinaryPrimitives.WriteUInt16BigEndian(f.AsSpan(outer + 24), (ushort)(n - outer - 20));
            return n;
        }

        return Inner(f, 0, flow, k, reply, point, id);
    }

    private int Inner(byte[] f, int n, int flow, int k, bool reply, int point, ushort id)
    {
        var service = flow % Services;
        var client = 0x0AF40005u + (uint)(flow / Ports % clients);
        var port = (ushort)(FirstPort + (flow % Ports));
        var beforeNat = point < 2;
        var (server, serverPort) = beforeNat ? (0x0A600100u + (uint)service, (ushort)80) : (0x0AF40107u, (ushort)(8000 + service));
        var hops = reply ? (point >= 7 ? 0 : point >= 3 ? 1 : 2) : point <= 2 ? 0 : point <= 6 ? 1 : 2;
        n = Ethernet(f, n, 0x020000000001 + (ulong)point, 0x020000000002 + (ulong)point);
        var ip = n;
        n = Ip(f, n, reply ? server : client, reply ? client : server, 6, (byte)(64 - hops), id, 0x4000);
        var payload = k > 1 ? 24 : 0;
        var isn = (uint)(flow * 2654435761u);
        var sequence = isn + (uint)(k == 0 ? 0 : 1 + (Math.Max(0, k - 2) * 24));
        var peerIsn = (uint)((flow * 40503u) ^ 0x5bd1e995);
        var t = f.AsSpan(n);
        BinaryPrimitives.WriteUInt16BigEndian(t, reply ? serverPort : port);
        BinaryPrimitives.WriteUInt16BigEndian(t[2..], reply ? port : serverPort);
        BinaryPrimitives.WriteUInt32BigEndian(t[4..], reply ? peerIsn + (sequence - isn) : sequence);
        BinaryPrimitives.WriteUInt32BigEndian(t[8..], k == 0 && !reply ? 0 : reply ? isn + 1 + (uint)(Math.Max(0, k - 1) * 24) : peerIsn + 1 + (uint)(Math.Max(0, k - 2) * 24));
        t[12] = 5 << 4;
        var last = k == packetsPerDirection - 1;
        t[13] = (byte)(k == 0 ? (reply ? 0x12 : 0x02) : last ? 0x11 : 0x10);
        BinaryPrimitives.WriteUInt16BigEndian(t[14..], 64240);
        n += 20 + payload;
        BinaryPrimitives.WriteUInt16BigEndian(f.AsSpan(ip + 2), (ushort)(n - ip));
        return n;
    }

    private static int Ethernet(byte[] f, int n, ulong source, ulong destination)
    {
        for (var i = 0; i < 6; i++)
        {
            f[n + i] = (byte)(destination >> (40 - (8 * i)));
            f[n + 6 + i] = (byte)(source >> (40 - (8 * i)));
        }

        BinaryPrimitives.WriteUInt16BigEndian(f.AsSpan(n + 12), 0x0800);
        return n + 14;
    }

    private static int Ip(byte[] f, int n, uint source, uint destination, byte protocol, byte ttl, ushort id, ushort fragment)
    {
        f[n] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(f.AsSpan(n + 4), id);
        BinaryPrimitives.WriteUInt16BigEndian(f.AsSpan(n + 6), fragment);
        f[n + 8] = ttl;
        f[n + 9] = protocol;
        BinaryPrimitives.WriteUInt32BigEndian(f.AsSpan(n + 12), source);
        BinaryPrimitives.WriteUInt32BigEndian(f.AsSpan(n + 16), destination);
        return n + 20;
    }

    private static FileStream Open(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        Span<byte> header = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xA1B23C4D);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], 262144);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], 1);
        stream.Write(header);
        return stream;
    }

    private static void Record(FileStream stream, long time, ReadOnlySpan<byte> frame)
    {
        Span<byte> header = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)(time / 1_000_000_000));
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)(time % 1_000_000_000));
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], frame.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], frame.Length);
        stream.Write(header);
        stream.Write(frame);
    }

    private void Dumps()
    {
        Text("node-a/ip-addr.txt", """
            1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
                link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
                inet 127.0.0.1/8 scope host lo
            2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
                link/ether 02:42:c0:a8:38:0b brd ff:ff:ff:ff:ff:ff
                inet 192.168.56.11/24 brd 192.168.56.255 scope global eth0
            3: cni0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UP group default qlen 1000
                link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff
                inet 10.244.0.1/24 brd 10.244.0.255 scope global cni0
            4: flannel.1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN group default
                link/ether 02:00:00:00:00:04 brd ff:ff:ff:ff:ff:ff
                inet 10.244.0.0/32 scope global flannel.1
            5: vethaaaa0000@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue master cni0 state UP group default
                link/ether 02:00:00:00:00:12 brd ff:ff:ff:ff:ff:ff link-netnsid 0
            """);
        Text("node-b/ip-addr.txt", """
            1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
                link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
                inet 127.0.0.1/8 scope host lo
            2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
                link/ether 02:42:c0:a8:38:0c brd ff:ff:ff:ff:ff:ff
                inet 192.168.56.12/24 brd 192.168.56.255 scope global eth0
            3: cni0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UP group default qlen 1000
                link/ether 02:00:00:00:00:08 brd ff:ff:ff:ff:ff:ff
                inet 10.244.1.1/24 brd 10.244.1.255 scope global cni0
            4: flannel.1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN group default
                link/ether 02:00:00:00:00:07 brd ff:ff:ff:ff:ff:ff
                inet 10.244.1.0/32 scope global flannel.1
            5: vethbbbb0000@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue master cni0 state UP group default
                link/ether 02:00:00:00:00:18 brd ff:ff:ff:ff:ff:ff link-netnsid 0
            """);
        var addresses = string.Concat(Enumerable.Range(0, clients).Select(c => $"\n    inet 10.244.0.{5 + c}/24 brd 10.244.0.255 scope global eth0"));
        Text("node-a/pods/client-0/ip-addr.txt", $"2: eth0@if5: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UP group default\n    link/ether 02:00:00:00:00:11 brd ff:ff:ff:ff:ff:ff link-netnsid 0{addresses}");
        Text("node-b/pods/web-0/ip-addr.txt", "2: eth0@if5: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UP group default\n    link/ether 02:00:00:00:00:19 brd ff:ff:ff:ff:ff:ff link-netnsid 0\n    inet 10.244.1.7/24 brd 10.244.1.255 scope global eth0");
        Text("node-a/ip-route.txt", "10.244.0.0/24 dev cni0 proto kernel scope link src 10.244.0.1\n10.244.1.0/24 via 10.244.1.0 dev flannel.1 onlink\n192.168.56.0/24 dev eth0 proto kernel scope link src 192.168.56.11");
        Text("node-a/iptables-save.txt", Rules());
    }

    private static string Rules()
    {
        var text = new StringBuilder("*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n:KUBE-SERVICES - [0:0]\n");
        for (var s = 0; s < Services; s++)
            text.Append($":KUBE-SVC-{s:D16} - [0:0]\n:KUBE-SEP-{s:D16} - [0:0]\n");
        text.Append("-A PREROUTING -m comment --comment \"kubernetes service portals\" -j KUBE-SERVICES\n");
        for (var s = 0; s < Services; s++)
        {
            text.Append($"-A KUBE-SERVICES -d 10.96.1.{s}/32 -p tcp -m comment --comment \"load/s{s} cluster IP\" -m tcp --dport 80 -j KUBE-SVC-{s:D16}\n");
            text.Append($"-A KUBE-SVC-{s:D16} -m comment --comment \"load/s{s}\" -j KUBE-SEP-{s:D16}\n");
            text.Append($"-A KUBE-SEP-{s:D16} -p tcp -m comment --comment \"load/s{s}\" -m tcp -j DNAT --to-destination 10.244.1.7:{8000 + s}\n");
        }

        return text.Append("COMMIT\n").ToString();
    }

    private void Text(string file, string content)
    {
        var path = Path.Combine(folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content.ReplaceLineEndings("\n") + "\n");
    }
}
