using System.Text;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Stitching.WholeFlows;

/// <summary>A trial played, spoiled as it says, and written as a bundle; and the truth about every frame of it.</summary>
internal sealed class World
{
    private const long Start = 1_795_000_000_000_000_000;
    private readonly Trial trial;
    private readonly Random random;

    public World(Trial trial)
    {
        this.trial = trial;
        random = new Random(trial.Seed);
        Way = new Way(trial);
        Play();
    }

    public Way Way { get; }

    public List<Sending> Sendings { get; } = [];

    /// <summary>What a capture file has, by its name in the bundle and the frame's number.</summary>
    public Dictionary<(string File, long Frame), Captured> Truth { get; } = [];

    public void Write(string folder)
    {
        var passed = new Passage(trial, Way, random).Play(Sendings).ToLookup(s => s.Point);
        for (var point = 0; point < Way.Points.Length; point++)
        {
            if (Way.Exists(point) && Way.Points[point].Namespace.Contains('/', StringComparison.Ordinal))
                Directory.CreateDirectory(Path.Combine(folder, Way.Points[point].Namespace));
        }

        WriteDumps(folder);
        var files = Enumerable.Range(0, Way.Points.Length).Where(Way.IsCaptured).GroupBy(p => IsCooked(p) ? $"{Way.Points[p].Namespace}/any.pcap" : $"{Way.Points[p].Namespace}/{Way.Points[p].Interface}.pcap", StringComparer.Ordinal);
        foreach (var file in files)
            WriteFile(folder, file.Key, file.First(), file.SelectMany(p => passed[p]));
        FindFirstFragments();
    }

    // Of a later fragment only the first one tells what it is, wherever that was seen; what is inside a tunnel's first fragment is seen there, too.
    private void FindFirstFragments()
    {
        var firsts = Truth.Values.SelectMany(static c => new[] { c.Seen.Outside, c.Seen.Outside is { IsLater: true } ? null : c.Seen.Inside }).OfType<FragmentOf>().Where(static f => !f.IsLater).ToHashSet();
        foreach (var captured in Truth.Values)
            captured.HasFirst = new[] { captured.Seen.Outside, captured.Seen.Inside }.OfType<FragmentOf>().All(f => firsts.Contains(f with { IsLater = false }));
    }

    private bool IsCooked(int point) => trial.IsAny && point is > 0 and < Way.Count - 1;

    private void Play()
    {
        var used = new HashSet<ushort>();
        for (var c = 0; c < trial.Connections; c++)
        {
            var ports = NewPorts(used, Port(used));
            var end = new Conversation(trial, random, Sendings.Count == 0 ? 0 : Sendings[^1].Connection + 1, ports, Start + random.Next(3_000_000), Sendings).Play();
            if (c == 0 && trial is { ReusesPort: true, Protocol: IpProtocol.Tcp })
                new Conversation(trial, random, 1, NewPorts(used, ports.Client), end + 2_000_000_000, Sendings).Play();
        }

        if (trial.HasProxy)
            PlayProxies(used);
    }

    private Ports NewPorts(HashSet<ushort> used, ushort client) => new(client, 80, 30080, 8080, random.Next(2) == 0 ? client : Port(used), random.Next(2) == 0 ? client : Port(used));

    // What arrived is handed on at once, with numbers of the proxy's own connection.
    private void PlayProxies(HashSet<ushort> used)
    {
        foreach (var connection in Sendings.GroupBy(s => s.Connection).ToList())
        {
            var ports = NewPorts(used, Port(used));
            var number = Sendings.Max(static s => s.Connection) + 1;
            var (identification, there, back) = ((ushort)random.Next(1, 0xF000), (uint)random.NextInt64(1L << 32), (uint)random.NextInt64(1L << 32));
            foreach (var s in connection.Where(static s => s.Reaches == Way.Count && !s.IsAgain).ToList())
            {
                var (own, other) = s.IsReply ? (back, there) : (there, back);
                var isTcp = trial.Protocol == IpProtocol.Tcp;
                Sendings.Add(s with
                {
                    Number = Sendings.Count,
                    Connection = number,
                    Time = s.Time + (s.IsReply ? -20_000 : 300_000),
                    Ports = ports,
                    IsLocal = true,
                    Packet = s.Packet with
                    {
                        Identification = s.Packet.Identification == 0 ? (ushort)0 : identification++,
                        Sequence = isTcp ? s.Packet.Sequence + own : s.Packet.Sequence,
                        Acknowledgment = (s.Packet.Flags & TcpFlags.Ack) == 0 ? 0 : s.Packet.Acknowledgment + other,
                    },
                });
            }
        }
    }

    private ushort Port(HashSet<ushort> used)
    {
        while (true)
        {
            var port = (ushort)random.Next(32_768, 60_000);
            if (used.Add(port))
                return port;
        }
    }

    private void WriteFile(string folder, string name, int point, IEnumerable<Seen> passed)
    {
        var frames = passed.Select(s => (Seen: s, Time: Shown(s))).OrderBy(f => f.Time).ThenBy(f => f.Seen.Time).ToList();
        if (trial.HasWindows && frames.Count > 4)
            frames = frames[random.Next(frames.Count / 4)..^random.Next(frames.Count / 4)];
        frames = [.. frames.Where(_ => random.Next(1000) >= trial.Gaps).SelectMany(f => random.Next(1000) < trial.Twice ? new[] { f, f with { Time = f.Time + 300 } } : [f])];
        for (var i = 0; i + 1 < frames.Count; i++)
        {
            // As the queues of a NIC bring them.
            if (random.Next(1000) < trial.Disordered && frames[i + 1].Time - frames[i].Time < 20_000)
                (frames[i], frames[i + 1]) = (frames[i + 1], frames[i++]);
        }

        var snap = trial.SnapLength == 0 ? 262_144 : trial.SnapLength + (trial.SnapsDiffer ? random.Next(5) * 30 : 0);
        // In the tunnel's header, in the MAC addresses, or just before the IP header.
        var nothing = (trial.Seed % 3) switch { 0 => 0, 1 => -5, _ => -18 };
        Directory.CreateDirectory(Path.Combine(folder, Path.GetDirectoryName(name)!));
        // No frame at all still makes a file.
        var parts = frames.Count == 0 || trial.Rotation == 0 ? [[.. frames]] : frames.Chunk(trial.Rotation).ToArray();
        for (var part = 0; part < parts.Length; part++)
        {
            var file = trial.Rotation == 0 ? name : Rotated(name, part);
            using var writer = new PcapWriter(File.Create(Path.Combine(folder, file)), LinkTypeOf(point), snap);
            for (var i = 0; i < parts[part].Length; i++)
            {
                var (seen, time) = parts[part][i];
                var kept = Math.Min(trial.HasCutTunnels && seen.InsideBegin > 0 ? seen.InsideBegin + nothing : snap, seen.Frame.Length);
                writer.Write(new Timestamp(time), seen.Frame.AsSpan(0, kept), seen.Frame.Length);
                Truth.Add((file, i + 1), new Captured(seen, kept) { Part = part });
            }
        }
    }

    // As tcpdump names its files with -C, with -W, and with -G and a date.
    private string Rotated(string name, int part) => (trial.Seed % 3) switch
    {
        0 => part == 0 ? name : name + part,
        1 => name + part.ToString("00"),
        _ => $"{name[..^".pcap".Length]}-20261128-{part / 60 + 10}{part % 60:00}00.pcap",
    };

    private LinkType LinkTypeOf(int point) => IsCooked(point) ? LinkType.LinuxSll2 : trial.Tunnel == Tunnel.IpIp && point is (3 or 6) ? LinkType.Raw : LinkType.Ethernet;

    // What the clock of the point's node shows.
    private long Shown(Seen s) => s.Point < Way.Wire + 1 ? s.Time : s.Time + trial.Skew + ((s.Time - Start) / 1_000_000 * trial.DriftPpm);

    private void WriteDumps(string folder)
    {
        foreach (var points in Enumerable.Range(0, Way.Points.Length).Where(Way.Exists).GroupBy(p => Way.Points[p].Namespace, StringComparer.Ordinal))
        {
            var (text, details) = (new StringBuilder(), new StringBuilder());
            foreach (var p in points)
            {
                var (_, name, index) = Way.Points[p];
                var (kind, peer) = (name, points.Key) switch
                {
                    ("veth0", _) => ("    veth \n", "@if2"),
                    ("cni0", _) => ("    bridge forward_delay 1500 \n", ""),
                    ("tun0", _) => (trial.Tunnel switch { Tunnel.Vxlan => "    vxlan id 1 dev eth0 srcport 0 0 dstport 8472 \n", Tunnel.Geneve => "    geneve external id 5 dstport 6081 \n", _ => "    ipip any remote any local any ttl inherit \n" }, ""),
                    ("lo", _) => ("", ""),
                    (_, "node-a" or "node-b") => ("", ""),
                    _ => ("    veth \n", "@if5"),
                };
                var head = $"{index}: {name}{peer}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue {(name == "veth0" ? "master cni0 " : "")}state UP\n    link/ether {string.Join(':', Passage.Mac(p).Select(b => b.ToString("x2")))} brd ff:ff:ff:ff:ff:ff\n";
                text.Append(head);
                foreach (var (address, bits4, bits6) in Addresses(p))
                    text.Append($"    inet{(address.IsIpv4 ? "" : "6")} {address}/{(address.IsIpv4 ? bits4 : bits6)} scope global {name}\n");
                details.Append(head).Append(kind);
            }

            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, points.Key)).FullName, "ip-addr.txt"), text.ToString());
            File.WriteAllText(Path.Combine(folder, points.Key, "ip-d-link.txt"), details.ToString());
        }
    }

    private static IEnumerable<(IpAddress Address, int Bits4, int Bits6)> Addresses(int point) => (point switch
    {
        0 => new[] { "10.244.0.5", "fd00:0:0:a::5" },
        2 => ["10.244.0.1", "fd00:0:0:a::1"],
        3 => ["10.244.0.0", "fd00:0:0:a::"],
        4 => ["192.168.56.11", "fd00:56::11"],
        5 => ["192.168.56.12", "fd00:56::12"],
        6 => ["10.244.1.0", "fd00:0:0:b::"],
        7 => ["10.244.1.1", "fd00:0:0:b::1"],
        9 => ["10.244.1.7", "fd00:0:0:b::7"],
        Way.Local => ["127.0.0.1", "::1"],
        _ => [],
    }).Select(a => (IpAddress.Parse(a), point is 3 or 6 ? 32 : 24, point is 3 or 6 ? 128 : 64));
}

/// <summary>A frame in a capture file.</summary>
/// <param name="Seen">What it is.</param>
/// <param name="Length">Bytes of it that are in the file.</param>
internal sealed record Captured(Seen Seen, int Length)
{
    /// <summary>Of a rotated capture, from 0.</summary>
    public int Part { get; init; }

    /// <summary>The snap length left the ports, or the first fragment has them.</summary>
    public bool HasPorts => (Length >= Seen.PortsEnd || Seen.IsLaterFragment) && HasFirst;

    /// <summary>Some capture has the first fragment, where this is a later one.</summary>
    public bool HasFirst { get; set; }

    /// <summary>Not all of the IP header inside a tunnel is there.</summary>
    public bool HasNoInside(bool isIpv6) => Seen.InsideBegin > 0 && Length < Seen.InsideBegin + (isIpv6 ? 40 : 20);

    /// <summary>What tells a packet from others is there: the TCP header, or of datagrams the beginning where they are numbered by IP.</summary>
    public bool HasIdentity => IsWhole || (Length >= Seen.PortsEnd + 20 && (Seen.Sending.Packet.Flags != 0 || Seen.Sending.Packet.Identification != 0));

    /// <summary>Nothing that identity needs was cut away.</summary>
    public bool IsWhole => Length >= Seen.HeadersEnd || Length == Seen.Frame.Length;
}
