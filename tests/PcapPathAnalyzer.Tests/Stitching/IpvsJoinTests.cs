using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Tests.Bundles;
using PcapPathAnalyzer.Tests.Forwarding.Ipvs;
using PcapPathAnalyzer.Tests.Stitching.WholeFlows;

namespace PcapPathAnalyzer.Tests.Stitching;

/// <summary>What a director of IPVS gives to a server (masquerading, ip_vs_nat_xmit in net/netfilter/ipvs/ip_vs_xmit.c) is one connection with what the client asked for.</summary>
public sealed class IpvsJoinTests
{
    /// <summary>Ethernet, IPv4 and ports.</summary>
    private const int PortsOnly = 42;

    private readonly record struct Exchange(string Asked, string Served, IpProtocol Protocol, uint Sequence, ushort Identification, string ClientFile, string ServerFile);

    private static readonly Exchange[] Exchanges =
    [
        // A pod asks for a service's address; from outside, a node port, behind which the client is masqueraded; a query.
        new("10.244.0.3:40000 10.96.0.1:80", "10.244.0.3:40000 10.244.1.2:8080", IpProtocol.Tcp, 1_000_000, 100, "node-a/pods/a2/eth0.pcap", "node-b/pods/b1/eth0.pcap"),
        new("10.244.0.3:40001 10.96.0.1:80", "10.244.0.3:40001 10.244.0.2:8080", IpProtocol.Tcp, 900_000_000, 200, "node-a/pods/a2/eth0.pcap", "node-a/pods/a1/eth0.pcap"),
        new("192.168.56.100:40002 192.168.56.11:30080", "192.168.56.11:51234 10.244.1.2:8080", IpProtocol.Tcp, 2_000_000_000, 300, "node-a/eth0.pcap", "node-b/pods/b1/eth0.pcap"),
        new("10.244.0.3:40003 10.96.0.3:53", "10.244.0.3:40003 10.244.1.2:53", IpProtocol.Udp, 0, 0, "node-a/pods/a2/eth0.pcap", "node-b/pods/b1/eth0.pcap"),
    ];

    [Test]
    public void Packets_join_what_the_client_asked_for_and_what_the_server_got()
    {
        var flows = Analyze(snapLength: 262_144);
        Assert.That(flows.Select(f => (f.Requested, f.Served)), Is.EquivalentTo(Exchanges.Select(e => (Tuple(e.Asked, e.Protocol), (FiveTuple?)Tuple(e.Served, e.Protocol)))));
        Assert.That(flows.Select(f => f.Joins), Has.All.Some.StartsWith("identity: "));
    }

    /// <summary>Each is given to another server of the dump, which stands on a line of its own.</summary>
    [Test]
    public void The_hop_behind_a_director_cites_the_server_that_it_chose()
    {
        foreach (var flow in Analyze(snapLength: 262_144))
        {
            var cited = flow.Forward.Hops.SelectMany(h => h.Actions).Where(a => a.Name == "dnat").Select(a => a.Citation).ToList();
            Assert.That(cited, Has.Count.EqualTo(1).And.None.Null, $"{flow.Requested}");
            Assert.That(cited[0]!.Location.File, Is.EqualTo("node-a/ipvsadm.txt"));
            // Behind three lines of heading.
            Assert.That(IpvsVillage.Services.Split('\n')[cited[0]!.Location.Line - 4], Does.Contain($"-> {flow.Served!.Value.Destination}:{flow.Served.Value.DestinationPort}"));
        }
    }

    [Test]
    public void Where_packets_tell_nothing_the_servers_of_the_service_do()
    {
        var flows = Analyze(PortsOnly);
        Assert.That(flows.Select(f => (f.Requested, f.Served)), Is.EquivalentTo(Exchanges.Select(e => (Tuple(e.Asked, e.Protocol), (FiveTuple?)Tuple(e.Served, e.Protocol)))));
        Assert.That(flows.Select(f => f.Joins), Has.All.Some.Matches("^rule: node-a/(ipvsadm|iptables).txt:"));
        Assert.That(flows.SelectMany(f => f.Joins), Has.Some.StartsWith("rule: node-a/ipvsadm.txt:"));
    }

    private static List<Flow> Analyze(int snapLength)
    {
        using var folder = new TemporaryFolder();
        IpvsVillage.Create().WriteTo(folder);
        var files = new Dictionary<string, List<(long Time, byte[] Frame)>>(StringComparer.Ordinal);
        for (var i = 0; i < Exchanges.Length; i++)
        {
            // One after the other, so that the rules have no choice where packets tell nothing.
            var start = 1_795_000_000_000_000_000 + (i * 2_000_000_000L);
            var exchange = Exchanges[i];
            foreach (var (packet, number) in Packets(exchange).Select((p, n) => (p, n)))
            {
                Note(exchange.ClientFile, exchange.Asked, packet, start + (number * 1_000_000) + (packet.IsReply ? 100_000 : 0), 64);
                Note(exchange.ServerFile, exchange.Served, packet, start + (number * 1_000_000) + (packet.IsReply ? 0 : 100_000), 62);
            }

            void Note(string file, string ends, (bool IsReply, WirePacket Packet) packet, long time, int ttl)
            {
                if (!files.TryGetValue(file, out var frames))
                    files.Add(file, frames = []);
                var tuple = Tuple(ends, exchange.Protocol);
                frames.Add((time, [2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, 8, 0, .. (packet.Packet with { Tuple = packet.IsReply ? tuple.Reversed : tuple, Ttl = packet.IsReply ? 126 - ttl : ttl }).ToBytes()]));
            }
        }

        foreach (var (file, frames) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[file])!);
            using var writer = new PcapWriter(File.Create(folder[file]), LinkType.Ethernet, snapLength);
            foreach (var (time, frame) in frames.OrderBy(f => f.Time))
                writer.Write(new Timestamp(time), frame.AsSpan(0, Math.Min(snapLength, frame.Length)), frame.Length);
        }

        return [.. PathAnalyzer.Analyze(BundleReader.Read(folder.Path)).Flows];
    }

    private static IEnumerable<(bool IsReply, WirePacket Packet)> Packets(Exchange e)
    {
        var any = new WirePacket { Tuple = default };
        if (e.Protocol == IpProtocol.Udp)
            return [(false, any with { Payload = new byte[40] }), (true, any with { Payload = new byte[90] })];
        var answer = e.Sequence * 3;
        return
        [
            (false, any with { Flags = TcpFlags.Syn, Sequence = e.Sequence, Identification = e.Identification }),
            (true, any with { Flags = TcpFlags.Syn | TcpFlags.Ack, Sequence = answer, Acknowledgment = e.Sequence + 1 }),
            (false, any with { Flags = TcpFlags.Ack, Sequence = e.Sequence + 1, Acknowledgment = answer + 1, Identification = (ushort)(e.Identification + 1) }),
            (false, any with { Flags = TcpFlags.Ack | TcpFlags.Psh, Sequence = e.Sequence + 1, Acknowledgment = answer + 1, Identification = (ushort)(e.Identification + 2), Payload = new byte[30] }),
            (true, any with { Flags = TcpFlags.Ack | TcpFlags.Psh, Sequence = answer + 1, Acknowledgment = e.Sequence + 31, Identification = (ushort)(e.Identification + 7), Payload = new byte[50] }),
        ];
    }

    private static FiveTuple Tuple(string ends, IpProtocol protocol)
    {
        var ((source, sourcePort), (destination, port)) = (End(ends.Split(' ')[0]), End(ends.Split(' ')[1]));
        return new FiveTuple(source, sourcePort, destination, port, protocol);

        static (IpAddress, ushort) End(string text) => (IpAddress.Parse(text.Split(':')[0]), ushort.Parse(text.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture));
    }
}
