using System.Buffers.Binary;
using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Stitching;

/// <summary>What travels in a tunnel is the packet inside, whatever is around it; the tunnel's own traffic is told per capture point.</summary>
public sealed class TunnelTests
{
    private static readonly byte[] Ends = [192, 168, 56, 11, 192, 168, 56, 12];

    [Test]
    public void One_packet_in_the_open_and_in_any_tunnel_is_one_packet()
    {
        var folder = ScratchFolder.Create("tunnels");
        try
        {
            var wraps = new (string Name, Func<byte[], byte[]> Wrap)[]
            {
                ("plain", static p => p),
                ("ipip", static p => Ip(4, p, Ends)),
                ("vxlan", static p => Vxlan(p)),
                ("geneve", static p => Geneve(p)),
                ("geneve-in-vxlan", static p => Vxlan(Geneve(p))),
                ("ipip-in-geneve", static p => Geneve(Ip(4, p, Ends))),
            };
            foreach (var (name, wrap) in wraps)
                Write(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, name)).FullName, "eth0.pcap"), [wrap(Syn(1)), wrap(Syn(2))]);
            var result = PathAnalyzer.Analyze(BundleReader.Read(folder));
            Assert.That(result.Flows, Has.Count.EqualTo(1), string.Join('\n', result.Flows.Select(f => f.Requested)));
            Assert.That(result.Flows[0].Requested.ToString(), Does.Contain("10.244.0.5:40000 > 10.244.1.7:8080"));
            Assert.That(result.Flows[0].Forward.Transmissions.Select(t => t.Observations.Count), Is.EqualTo(new[] { wraps.Length, wraps.Length }));
            Assert.That(result.CapturePoints.Select(p => p.Tunnels.Sum(t => t.Packets)), Is.EqualTo(new long[] { 2, 2, 2, 2, 0, 2 }), "in order of the folders' names: all but plain");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Of_what_the_snap_length_cut_off_the_tunnel_says_that_nobody_knows_whose_it_is([Values(48, 62, 70)] int snapLength)
    {
        var folder = ScratchFolder.Create("tunnels");
        try
        {
            // In the VXLAN header (42 to 50), in the Ethernet header behind it (to 64), in the IP header behind that (to 84).
            Write(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "node")).FullName, "eth0.pcap"), [Vxlan(Syn(1)), Vxlan(Syn(2))], snapLength);
            var result = PathAnalyzer.Analyze(BundleReader.Read(folder));
            Assert.That(result.Flows, Is.Empty);
            Assert.That(result.CapturePoints.Single().Tunnels.Select(t => (t.Packets, t.WithoutIp, t.Cut)), Is.EqualTo(new[] { (2L, 2L, 2L) }));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestCaseSource(typeof(TestData), nameof(TestData.BundleNames))]
    public void A_tunnels_own_packet_is_no_flow(string bundle) =>
        Assert.That(Analyses.Of(bundle).Flows.Where(f => f.Protocol == IpProtocol.Udp && f.Requested.DestinationPort is 8472 or 4789 or 6081), Is.Empty);

    private static byte[] Syn(ushort id)
    {
        var tcp = new byte[20];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, 40000);
        BinaryPrimitives.WriteUInt16BigEndian(tcp.AsSpan(2), 8080);
        BinaryPrimitives.WriteUInt32BigEndian(tcp.AsSpan(4), 7);
        (tcp[12], tcp[13]) = (0x50, 2);
        var packet = Ip(6, tcp, [10, 244, 0, 5, 10, 244, 1, 7]);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), id);
        return packet;
    }

    private static byte[] Ip(byte protocol, byte[] payload, byte[] addresses)
    {
        byte[] header = [0x45, 0, 0, 0, 0, 9, 0x40, 0, 64, protocol, 0, 0, .. addresses];
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(20 + payload.Length));
        return [.. header, .. payload];
    }

    private static byte[] Udp(ushort port, byte[] payload)
    {
        var header = new byte[8];
        BinaryPrimitives.WriteUInt16BigEndian(header, 55555);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), port);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), (ushort)(8 + payload.Length));
        return Ip(17, [.. header, .. payload], Ends);
    }

    private static byte[] Ethernet(byte[] payload) => [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, .. payload];

    // RFC 7348 section 5.
    private static byte[] Vxlan(byte[] packet) => Udp(4789, [8, 0, 0, 0, 0, 0, 1, 0, .. Ethernet(packet)]);

    // RFC 8926 section 3.4: no options, Ethernet inside.
    private static byte[] Geneve(byte[] packet) => Udp(6081, [0, 0, 0x65, 0x58, 0, 0, 5, 0, .. Ethernet(packet)]);

    private static void Write(string file, IReadOnlyList<byte[]> packets, int snapLength = 262144)
    {
        using var writer = new BinaryWriter(File.Create(file));
        writer.Write(0xA1B2C3D4);
        writer.Write((ushort)2);
        writer.Write((ushort)4);
        writer.Write(0L);
        writer.Write(snapLength);
        writer.Write(1);
        for (var i = 0; i < packets.Count; i++)
        {
            var frame = Ethernet(packets[i]);
            writer.Write(1_700_000_000 + i);
            writer.Write(0);
            var kept = Math.Min(snapLength, frame.Length);
            writer.Write(kept);
            writer.Write(frame.Length);
            writer.Write(frame, 0, kept);
        }
    }
}
