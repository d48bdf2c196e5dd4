using System.Buffers.Binary;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Tests.Stitching.WholeFlows;

/// <summary>What the two ends of one connection send, and send again where it was lost.</summary>
internal sealed class Conversation
{
    private const int Segment = 1000;
    private const long Millisecond = 1_000_000;

    private readonly Trial trial;
    private readonly Random random;
    private readonly int connection;
    private readonly Ports ports;
    private readonly List<Sending> all;
    private readonly uint[] next;
    private readonly ushort[] identification;
    private readonly uint[] clock;
    private readonly bool hasIdentification;
    private long time;

    /// <param name="trial">What the conversation is like.</param>
    /// <param name="random">For what goes by chance.</param>
    /// <param name="connection">Its number.</param>
    /// <param name="ports">Of its two ends.</param>
    /// <param name="start">When it begins.</param>
    /// <param name="into">Takes what is sent, numbered on.</param>
    public Conversation(Trial trial, Random random, int connection, Ports ports, long start, List<Sending> into)
    {
        (this.trial, this.random, this.connection, this.ports, all, time) = (trial, random, connection, ports, into, start);
        next = [(uint)random.NextInt64(1L << 32), (uint)random.NextInt64(1L << 32)];
        // Two hosts never have two datagrams in fragments with one number under way (RFC 6864).
        var first = trial.HasFragments ? (connection * 6000) + 1 : 1;
        identification = [(ushort)random.Next(first, trial.HasFragments ? first + 3000 : 0xFFFF), (ushort)random.Next(first, trial.HasFragments ? first + 3000 : 0xFFFF)];
        clock = [(uint)random.Next(1, int.MaxValue), (uint)random.Next(1, int.MaxValue)];
        // A socket that is not connected and sets DF sends 0 (ip_select_ident_segs in include/net/ip.h).
        hasIdentification = trial.Protocol == IpProtocol.Tcp || trial.HasFragments || random.Next(2) == 0;
    }

    /// <summary>Plays it to its end, and says when that was.</summary>
    public long Play()
    {
        if (trial.Protocol == IpProtocol.Tcp)
            PlayTcp();
        else
            PlayDatagrams();
        return time;
    }

    private void PlayTcp()
    {
        Send(isReply: false, TcpFlags.Syn);
        Send(isReply: true, TcpFlags.Syn | TcpFlags.Ack);
        Send(isReply: false, TcpFlags.Ack);
        for (var i = 0; i < trial.Exchanges; i++)
        {
            Send(isReply: false, TcpFlags.Ack | TcpFlags.Psh, random.Next(1, Segment));
            var left = trial.Burst;
            while (left > 0)
            {
                var segments = Math.Min(left, trial.Offload);
                left -= segments;
                Send(isReply: true, TcpFlags.Ack | (left == 0 ? TcpFlags.Psh : 0), segments * Segment, isBurst: left > 0);
            }

            Send(isReply: false, TcpFlags.Ack);
        }

        Send(isReply: true, TcpFlags.Ack | TcpFlags.Fin);
        Send(isReply: false, TcpFlags.Ack | TcpFlags.Fin);
        Send(isReply: true, TcpFlags.Ack);
    }

    private void Send(bool isReply, TcpFlags flags, int length = 0, bool isBurst = false)
    {
        var side = isReply ? 1 : 0;
        var bytes = new byte[length];
        random.NextBytes(bytes);
        var isData = length > 0 || (flags & (TcpFlags.Syn | TcpFlags.Fin)) != 0;
        var segments = Math.Max(1, (length + Segment - 1) / Segment);
        var begun = time;
        for (var attempt = 0; ; attempt++)
        {
            var reaches = Reaches(mayBeLost: attempt < 2);
            Add(isReply, new WirePacket
            {
                Tuple = default,
                Flags = flags,
                Sequence = next[side],
                Acknowledgment = (flags & TcpFlags.Ack) == 0 ? 0 : next[1 - side],
                Identification = (flags & TcpFlags.Syn) != 0 && isReply ? (ushort)0 : Identification(side, segments),
                Payload = bytes,
                Timestamp = trial.HasTimestamps ? ((uint)(clock[side] + (time / Millisecond)), (flags & TcpFlags.Ack) == 0 ? 0 : (uint)(clock[1 - side] + (time / Millisecond))) : default,
            }, reaches, isAgain: attempt > 0);
            if (reaches == Way.Count || !isData)
                break;
            time = begun + (((flags & TcpFlags.Syn) != 0 ? 1000 : 210) << attempt) * Millisecond;
        }

        next[side] += (uint)length + ((flags & (TcpFlags.Syn | TcpFlags.Fin)) != 0 ? 1u : 0);
        time += isBurst ? 2_000 * segments : Millisecond + random.Next(100_000);
    }

    // Queries whose payloads all begin alike, or not; echoes as ping sends them.
    private void PlayDatagrams()
    {
        var beginsAlike = random.Next(2) == 0;
        var payloads = new byte[2][];
        var interval = trial.SendsAlike ? Millisecond << random.Next(13) : Millisecond;
        for (var i = 0; i < trial.Exchanges; i++)
        {
            for (var side = 0; side < 2; side++)
            {
                var payload = trial.SendsAlike ? payloads[side] ??= Payload(i, beginsAlike) : Payload(i, beginsAlike);
                var reaches = Reaches(mayBeLost: true);
                Add(side == 1, new WirePacket
                {
                    Tuple = default,
                    DontFragment = !trial.HasFragments,
                    Identification = hasIdentification ? Identification(side, (payload.Length + Segment - 1) / Segment) : (ushort)0,
                    Payload = payload,
                    Sequence = (uint)i + 1,
                    IsEchoReply = side == 1,
                }, reaches, isAgain: false);
                time += (side == 0 && reaches == Way.Count ? Millisecond : interval) + random.Next(100_000);
                if (reaches < Way.Count)
                    break; // nothing is answered
            }
        }
    }

    private byte[] Payload(int number, bool beginsAlike)
    {
        var payload = new byte[trial.HasFragments ? random.Next(1500, 4000) : trial.HasDatagramOffload ? random.Next(40, Segment * trial.Offload) : random.Next(40, 200)];
        random.NextBytes(payload.AsSpan(beginsAlike ? 24 : 0));
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(24), (uint)((connection * 1000) + number));
        return payload;
    }

    private int Reaches(bool mayBeLost) => mayBeLost && random.Next(1000) < trial.Loss ? random.Next(1, Way.Count) : Way.Count;

    // GSO gives each segment a number (inet_gso_segment in net/ipv4/af_inet.c).
    private ushort Identification(int side, int segments)
    {
        var number = identification[side];
        identification[side] += (ushort)segments;
        if (identification[side] == 0)
            identification[side]++;
        return trial.IsIpv6 ? (ushort)0 : number;
    }

    private void Add(bool isReply, WirePacket packet, int reaches, bool isAgain) =>
        all.Add(new Sending(all.Count, connection, isReply, time, packet) { Ports = ports, Reaches = reaches, IsAgain = isAgain, IsOvertaken = random.Next(1000) < trial.Overtaken });
}
