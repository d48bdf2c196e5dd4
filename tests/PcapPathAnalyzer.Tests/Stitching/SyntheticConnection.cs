using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Legs;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Tests.Stitching;

/// <summary>What is done to a connection on its way, and to the captures of it.</summary>
internal sealed record Trouble
{
    public bool Dnat { get; init; } = true;

    public bool Masquerade { get; init; }

    public bool HasTimestamps { get; init; } = true;

    /// <summary>Nanoseconds that node-b's clock is ahead.</summary>
    public long Skew { get; init; }

    /// <summary>What node-b's clock gains, parts per million, from <see cref="SyntheticCapture.Start"/> on.</summary>
    public int DriftPpm { get; init; }

    /// <summary>Points that are captured; the others see nothing.</summary>
    public bool[] Captured { get; init; } = Enumerable.Repeat(true, SyntheticNetwork.Points).ToArray();

    /// <summary>Per mille of packets lost on the wire between the nodes, and sent again.</summary>
    public int Loss { get; init; }

    /// <summary>Per mille of observations that a capture misses.</summary>
    public int Gaps { get; init; }

    /// <summary>Per mille of observations that a capture has twice.</summary>
    public int Twice { get; init; }

    /// <summary>Segments per super-segment at the sender's own points; 1 is no offload.</summary>
    public int Offload { get; init; } = 1;

    /// <summary>Captures hold what the client sent, and nothing of what came back.</summary>
    public bool ForwardOnly { get; init; }

    public int Requests { get; init; } = 5;

    public uint Seed { get; init; }

    public ushort ClientPort { get; init; } = 40_000;
}

/// <summary>Plays one TCP connection into a store, and remembers which observations are one transmission.</summary>
internal sealed class SyntheticConnection
{
    private const int Segment = 1000;
    private readonly ObservationTables[] tables;
    private readonly Trouble trouble;
    private readonly Random random;
    private long time;
    private ushort[] id = [1000, 30_000];
    private readonly uint[] next;

    /// <param name="tables">Of each capture point's file.</param>
    public SyntheticConnection(ObservationTables[] tables, Trouble trouble, long start)
    {
        this.tables = tables;
        this.trouble = trouble;
        random = new Random((int)((trouble.Seed * 2654435761u) >> 1)); // Random takes the absolute value: 1 and -1 would be one connection
        time = start;
        next = [(uint)random.Next(), (uint)random.Next()];
        id = [(ushort)random.Next(1, 60_000), (ushort)random.Next(1, 60_000)];
    }

    /// <summary>Truth: each transmission's observations, by capture point and frame.</summary>
    public List<List<string>> Transmissions { get; } = [];

    public List<(int Point, long Time, Observation Value, int Transmission)> Made { get; } = [];

    public int Retransmissions { get; private set; }

    public void Play()
    {
        Send(reply: false, TcpFlags.Syn, 0);
        Send(reply: true, TcpFlags.Syn | TcpFlags.Ack, 0);
        Send(reply: false, TcpFlags.Ack, 0);
        for (var i = 0; i < trouble.Requests; i++)
        {
            Send(reply: false, TcpFlags.Ack | TcpFlags.Psh, 1);
            Send(reply: true, TcpFlags.Ack | TcpFlags.Psh, trouble.Offload);
        }

        Send(reply: true, TcpFlags.Ack | TcpFlags.Fin, 0);
        Send(reply: false, TcpFlags.Ack | TcpFlags.Fin, 0);
        Send(reply: true, TcpFlags.Ack, 0);
    }

    private void Send(bool reply, TcpFlags flags, int segments)
    {
        var lost = (flags & TcpFlags.Syn) == 0 && segments == 1 && random.Next(1000) < trouble.Loss;
        Transmit(reply, flags, segments, lost);
        if (lost)
        {
            time += 200_000_000;
            Retransmissions++;
            Transmit(reply, flags, segments, lost: false);
        }

        next[reply ? 1 : 0] += (uint)(segments * Segment) + ((flags & (TcpFlags.Syn | TcpFlags.Fin)) != 0 ? 1u : 0);
    }

    private void Transmit(bool reply, TcpFlags flags, int segments, bool lost)
    {
        var number = Transmissions.Count;
        Transmissions.Add([]);
        for (var hop = 0; hop < SyntheticNetwork.Points; hop++)
        {
            time += 10_000;
            if (lost && hop >= 5)
                continue;
            var point = reply ? SyntheticNetwork.Points - 1 - hop : hop;
            // The sender's node sees one super-segment, the wire and beyond the segments that the NIC made of it.
            var parts = segments > 1 && hop >= 4 ? segments : 1;
            for (var part = 0; part < parts; part++)
                See(point, reply, flags, hop, number, segments == 0 ? 0 : segments * Segment / parts, part);
        }

        id[reply ? 1 : 0] += (ushort)Math.Max(1, segments);
    }

    private void See(int point, bool reply, TcpFlags flags, int hop, int number, int length, int part)
    {
        if (!trouble.Captured[point] || (trouble.ForwardOnly && reply) || random.Next(1000) < trouble.Gaps)
            return;
        var side = reply ? 1 : 0;
        var value = new Observation
        {
            Leg = -1,
            Frame = 0, // numbered as the file is written
            Time = time + (part * 100) + (point >= 5 ? trouble.Skew + Drift(time) : 0),
            Tuple = tables[point].Tuples.Add(Tuple(point, reply)),
            Tunnel = point is 4 or 5 ? tables[point].Tunnels.Add(new TunnelKey(Encapsulation.Vxlan, 1, reply ? SyntheticNetwork.NodeB : SyntheticNetwork.NodeA, reply ? SyntheticNetwork.NodeA : SyntheticNetwork.NodeB)) : 0,
            Ttl = (byte)(64 - (hop <= 2 ? 0 : hop <= 6 ? 1 : 2)),
            Identification = (ushort)((flags & TcpFlags.Syn) != 0 && reply ? 0 : id[side] + part),
            Flags = PacketFlags.HasTransport | PacketFlags.HasTcpHeader | PacketFlags.DontFragment | (trouble.HasTimestamps ? PacketFlags.HasTcpTimestamps : 0),
            TcpFlags = flags,
            TcpSequence = next[side] + (uint)(part * length),
            TcpAcknowledgment = (flags & TcpFlags.Ack) == 0 ? 0 : next[1 - side],
            TcpTimestamp = trouble.HasTimestamps ? (uint)(Transmissions.Count * 7) : 0,
            PayloadLength = length,
            Length = 52 + length,
            Kind = ObservationKind.Packet,
            Window = 500,
        };
        Made.Add((point, value.Time, value, number));
        if (random.Next(1000) < trouble.Twice)
        {
            value.Time += 300;
            Made.Add((point, value.Time, value, number));
        }
    }

    private long Drift(long at) => (at - SyntheticCapture.Start) / 1_000_000 * trouble.DriftPpm;

    private FiveTuple Tuple(int point, bool reply)
    {
        var beforeDnat = trouble.Dnat && point < 2;
        var beforeMasquerade = !trouble.Masquerade || point < 3;
        var forward = new FiveTuple(
            beforeMasquerade ? SyntheticNetwork.Client : SyntheticNetwork.TunnelA,
            beforeMasquerade ? trouble.ClientPort : (ushort)(trouble.ClientPort ^ 0x2A5A),
            beforeDnat ? SyntheticNetwork.Virtual : SyntheticNetwork.Server,
            (ushort)(beforeDnat ? 80 : 8080),
            IpProtocol.Tcp);
        return reply ? forward.Reversed : forward;
    }
}
