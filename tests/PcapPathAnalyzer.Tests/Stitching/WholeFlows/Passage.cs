using System.Buffers.Binary;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Stitching.WholeFlows;

/// <summary>Sends packets along the way, hop by hop, and notes every frame that passes a capture point.</summary>
internal sealed class Passage(Trial trial, Way way, Random random)
{
    /// <summary>Hops from the sender: its node's NIC, and that of the receiver's node.</summary>
    private const int Leaves = Way.Wire, Arrives = Way.Wire + 1;

    private const int Segment = 1000;
    private readonly List<Seen> seen = [];
    private readonly Dictionary<(int Sending, uint Start, int Index), ushort> outer = [];

    // Where super-segments are taken apart: before the node's NIC (software GSO) or in it; where they are merged again.
    private readonly int splitsAt = Leaves + random.Next(2);
    private readonly int mergesAt = Arrives + random.Next(2);
    private readonly int podMtu = 1400 + (random.Next(3) * 50);

    public List<Seen> Play(List<Sending> sendings)
    {
        foreach (var isReply in (ReadOnlySpan<bool>)[false, true])
        {
            var flight = sendings.Where(s => s.IsReply == isReply && !s.IsLocal).Select(s => new InFlight(s, s.Packet, s.Time, [Piece(s)])).ToList();
            for (var hop = 0; hop < Way.Count; hop++)
            {
                var point = isReply ? Way.Count - 1 - hop : hop;
                if (!way.Exists(point))
                    continue;
                flight.RemoveAll(f => f.Sending.Reaches <= hop);
                flight = Move(flight, hop);
                foreach (var f in flight)
                    Pass(f, point, hop);
            }
        }

        foreach (var s in sendings.Where(static s => s.IsLocal))
            Pass(new InFlight(s, s.Packet, s.Time + random.Next(1_000), [Piece(s)]), Way.Local, Way.Local);
        return seen;
    }

    private Piece Piece(Sending s) => s.Packet.Payload.Length > 0 && (s.Packet.Flags != 0 || trial.HasDatagramOffload)
        ? new Piece(s.Number, Start(s.Packet), Start(s.Packet) + (uint)s.Packet.Payload.Length)
        : new Piece(s.Number, 0, 1);

    private static uint Start(WirePacket packet) => packet.Flags != 0 ? packet.Sequence : 0;

    // One packet after the other, but for those that are overtaken between the nodes.
    private List<InFlight> Move(List<InFlight> flight, int hop)
    {
        var last = long.MinValue;
        var moved = new List<InFlight>(flight.Count);
        foreach (var f in flight.OrderBy(f => f.Time))
        {
            var time = Math.Max(f.Time + (hop == Arrives ? 80_000 : 4_000) + random.Next(3_000), last + 300);
            if (f.Sending.IsOvertaken && hop == Arrives)
            {
                moved.Add(f with { Time = time + random.Next(50_000) });
                continue;
            }

            last = time;
            moved.Add(f with { Time = time });
        }

        moved.Sort((a, b) => a.Time.CompareTo(b.Time));
        if (hop == splitsAt)
            moved = [.. moved.SelectMany(Split)];
        return hop == mergesAt ? Merge(moved) : moved;
    }

    // GSO numbers segments on, of datagrams even from 0 (inet_gso_segment in net/ipv4/af_inet.c).
    private IEnumerable<InFlight> Split(InFlight f)
    {
        var packet = f.Packet;
        if ((packet.Flags == 0 && !trial.HasDatagramOffload) || packet.Payload.Length <= Segment)
            return [f];
        return packet.Payload.Chunk(Segment).Select((bytes, i) =>
        {
            var start = Start(packet) + (uint)(i * Segment);
            var isLast = (i + 1) * Segment >= packet.Payload.Length;
            return new InFlight(f.Sending, packet with { Payload = bytes, Sequence = packet.Flags == 0 ? packet.Sequence : start, Identification = trial.IsIpv6 || (packet.Identification == 0 && packet.Flags != 0) ? (ushort)0 : (ushort)(packet.Identification + i), Flags = isLast ? packet.Flags : packet.Flags & ~TcpFlags.Psh },
                f.Time + (i * 250), [new Piece(f.Sending.Number, start, start + (uint)bytes.Length)]);
        });
    }

    // GRO: bytes that follow each other in packets that follow each other, with the same options; handed on when the last has come.
    private List<InFlight> Merge(List<InFlight> flight)
    {
        var merged = new List<InFlight>();
        foreach (var f in flight)
        {
            var at = merged.FindLastIndex(m => m.Sending.Connection == f.Sending.Connection);
            if (at < 0 || trial.Merged < 2 || !Follows(merged[at], f))
            {
                merged.Add(f);
                continue;
            }

            var m = merged[at];
            merged[at] = m with { Packet = m.Packet with { Payload = [.. m.Packet.Payload, .. f.Packet.Payload], Flags = m.Packet.Flags | f.Packet.Flags }, Pieces = [.. m.Pieces, .. f.Pieces], Time = f.Time };
        }

        return merged;

        bool Follows(InFlight m, InFlight f) =>
            f.Packet.Payload.Length > 0 && m.Packet.Payload.Length % Segment == 0 && m.Pieces.Count < trial.Merged && (f.Packet.Flags == 0 ? f.Sending == m.Sending : m.Packet.Sequence + (uint)m.Packet.Payload.Length == f.Packet.Sequence)
            && m.Packet.Timestamp == f.Packet.Timestamp && m.Packet.Acknowledgment == f.Packet.Acknowledgment && f.Time - m.Time < 100_000
            && (m.Packet.Flags & (TcpFlags.Psh | TcpFlags.Fin)) == 0 && (f.Packet.Flags & (TcpFlags.Fin | TcpFlags.Syn)) == 0;
    }

    private void Pass(InFlight f, int point, int hop)
    {
        var tuple = way.Tuple(point, f.Sending.Ports, f.Sending.IsReply);
        var routers = Way.Routers(point, f.Sending.IsReply);
        var packet = (f.Packet with { Tuple = tuple, Ttl = 64 - routers }).ToBytes();
        var isDatagram = f.Packet.Flags == 0;
        // Connection tracking puts fragments together, and the next interface takes them apart again; those of IPv6 with a new number.
        var number = (uint)((f.Sending.Number * 4) + routers + 77);
        var parts = isDatagram && !trial.HasDatagramOffload ? Ip.Fragments(packet, routers == 0 ? podMtu : Math.Min(podMtu, way.HasTunnel ? 1450 : 1500), number) : [packet];
        var isSuper = f.Packet.Payload.Length > Segment && (!isDatagram || trial.HasDatagramOffload);
        for (var i = 0; i < parts.Count; i++)
        {
            var time = f.Time + (i * 50);
            var ip = parts[i][0] >> 4 == 4 ? 20 : parts.Count > 1 ? 48 : 40;
            var headers = ip + (isDatagram ? 8 + Math.Min(256, f.Packet.Payload.Length) : packet.Length - f.Packet.Payload.Length - (tuple.Source.IsIpv4 ? 20 : 40));
            var known = new Seen(point, time, [], f.Sending, f.Pieces) { PortsEnd = ip + (isDatagram && f.Packet.Tuple.Protocol != IpProtocol.Udp ? 8 : 4), HeadersEnd = headers, Inside = parts.Count > 1 ? new FragmentOf((tuple.Source, tuple.Destination), tuple.Source.IsIpv4 ? f.Packet.Identification : number, i > 0) : null };
            if (!way.IsTunnelled(point))
            {
                Note(known, FrameAt(point, hop, parts[i]), 0);
                continue;
            }

            var (outerPackets, id) = Encapsulate(f, i, parts[i], isSuper);
            for (var k = 0; k < outerPackets.Count; k++)
                Note(known with { Time = time + (k * 20), InsideBegin = k == 0 ? LinkHeader(point).Length + TunnelHeaders() : 0, Outside = outerPackets.Count > 1 ? new FragmentOf(way.Outer(f.Sending.IsReply), id, k > 0) : null }, FrameAt(point, hop, outerPackets[k]), TunnelHeaders() + (outerPackets.Count > 1 && trial.IsUnderlayIpv6 ? 8 : 0));
        }
    }

    private void Note(Seen known, byte[] frame, int before)
    {
        before += LinkHeader(known.Point).Length;
        seen.Add(known with { Frame = frame, PortsEnd = known.PortsEnd + before, HeadersEnd = known.HeadersEnd + before });
    }

    private (List<byte[]> Packets, uint Identification) Encapsulate(InFlight f, int index, byte[] inner, bool isSuper)
    {
        var key = (f.Pieces[0].Sending, f.Pieces[0].Start, index);
        if (!outer.TryGetValue(key, out var id))
            outer.Add(key, id = (ushort)(outer.Count + 1));
        var (source, destination) = way.Outer(f.Sending.IsReply);
        var v6 = inner[0] >> 4 == 6;
        var (protocol, body) = trial.Tunnel switch
        {
            Tunnel.IpIp => (v6 ? (IpProtocol)41 : (IpProtocol)4, inner),
            Tunnel.Geneve => (IpProtocol.Udp, Udp(f, 6081, [0, 0, 0x65, 0x58, 0, 0, 5, 0, .. Ethernet(3, 6, f.Sending.IsReply, v6), .. inner])),
            _ => (IpProtocol.Udp, Udp(f, 8472, [8, 0, 0, 0, 0, 0, 1, 0, .. Ethernet(3, 6, f.Sending.IsReply, v6), .. inner])),
        };
        return (Ip.Fragments(Ip.Packet(source, destination, protocol, 64, id, dontFragment: false, body), isSuper ? int.MaxValue : way.Mtu(4), id), id);
    }

    private int TunnelHeaders() => (trial.IsUnderlayIpv6 ? 40 : 20) + (trial.Tunnel == Tunnel.IpIp ? 0 : 8 + 8 + 14);

    private byte[] Udp(InFlight f, ushort port, byte[] payload)
    {
        var header = new byte[8];
        BinaryPrimitives.WriteUInt16BigEndian(header, (ushort)(40_000 + ((trial.TunnelPorts == 0 ? f.Sending.Connection : f.Sending.Connection % trial.TunnelPorts) * 7) + (f.Sending.IsReply ? 3 : 0)));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), port);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), (ushort)(8 + payload.Length));
        return [.. header, .. payload];
    }

    private byte[] LinkHeader(int point) => trial.IsAny && Way.Points[point].Namespace is ("node-a" or "node-b") ? new byte[20] : IsRaw(point) ? [] : new byte[14];

    private bool IsRaw(int point) => trial.Tunnel == Tunnel.IpIp && point is (3 or 6);

    private byte[] FrameAt(int point, int hop, byte[] packet)
    {
        var header = LinkHeader(point);
        var v6 = packet[0] >> 4 == 6;
        var isReply = hop != point;
        if (header.Length == 14)
        {
            if (point == Way.Local)
                return [.. new byte[12], .. v6 ? (byte[])[0x86, 0xDD] : [8, 0], .. packet];
            var (from, to) = point switch { < 3 => (0, 2), 3 or 6 => (3, 6), 4 or 5 => (4, 5), _ => (7, 9) };
            header = Ethernet(from, to, isReply, v6);
        }
        else if (header.Length == 20)
        {
            Cooked(header, point, hop, v6);
        }

        return [.. header, .. packet];
    }

    // LINKTYPE_LINUX_SLL2: protocol, ifindex, ARPHRD, packet type, address.
    private static void Cooked(byte[] header, int point, int hop, bool v6)
    {
        BinaryPrimitives.WriteUInt16BigEndian(header, (ushort)(v6 ? 0x86DD : 0x0800));
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), Way.Points[point].IfIndex);
        header[9] = 1;
        // Comes in at the first two of the sender's node and the NIC of the other, goes out elsewhere.
        header[10] = hop is 1 or 2 or 5 or 6 ? (byte)0 : (byte)4;
        header[11] = 6;
        Mac(point).CopyTo(header, 12);
    }

    private static byte[] Ethernet(int from, int to, bool isReply, bool v6)
    {
        var (source, destination) = isReply ? (to, from) : (from, to);
        return [.. Mac(destination), .. Mac(source), .. v6 ? (byte[])[0x86, 0xDD] : [8, 0]];
    }

    public static byte[] Mac(int point) => [2, 0, 0, 0, 0, (byte)(point + 1)];

    private sealed record InFlight(Sending Sending, WirePacket Packet, long Time, IReadOnlyList<Piece> Pieces);
}
