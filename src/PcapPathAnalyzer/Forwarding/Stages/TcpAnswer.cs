using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>What TCP answers to a packet's flags.</summary>
internal static class TcpAnswer
{
    public const string Reset = "tcp-reset";

    private const int Fin = 1;
    private const int Syn = 2;
    private const int Rst = 4;
    private const int Ack = 16;
    private const int Ece = 64;
    private const int Cwr = 128;

    /// <summary>A socket that listens takes a SYN, refuses an ACK of no connection, and is silent to all else (tcp_rcv_state_process, net/ipv4/tcp_input.c).</summary>
    public static Branch OfListener(Branch delivered)
    {
        var packet = delivered.Packet;
        if (packet.TcpFlags < 0 || packet.AssumeEstablished)
            return delivered;
        return (packet.TcpFlags & (Fin | Syn | Rst | Ack)) switch
        {
            Syn => delivered,
            var f when (f & Rst) == 0 && (f & Ack) != 0 => delivered with { Answer = new IcmpAnswer(Reset) },
            _ => delivered with { IsSilent = true },
        };
    }

    /// <summary>A SYN that asks for a connection; true where the flags are not known.</summary>
    public static bool IsOpening(PacketState packet) => packet.TcpFlags < 0 || (packet.TcpFlags & (Syn | Rst)) == Syn;

    /// <summary>A reset is never answered with one (tcp_v4_send_reset, nf_send_reset).</summary>
    public static bool MayReset(PacketState packet) => packet.TcpFlags < 0 || (packet.TcpFlags & Rst) == 0;

    /// <summary>RST, with ACK where the packet had none; otherwise SYN-ACK to a SYN, ACK to the rest.</summary>
    /// <param name="ns">Who answers.</param>
    public static int Flags(NetworkNamespace ns, PacketState packet, bool isReset) =>
        isReset ? packet.TcpFlags >= 0 && (packet.TcpFlags & Ack) != 0 ? Rst : Rst | Ack
        : packet.AssumeEstablished ? Ack : Syn | Ack | (TakesCongestion(ns, packet) ? Ece : 0);

    // A SYN that offers ECN (RFC 3168 section 6.1.1) is taken at its word unless net.ipv4.tcp_ecn is 0 (tcp_ecn_create_request, net/ipv4/tcp_input.c).
    private static bool TakesCongestion(NetworkNamespace ns, PacketState packet) =>
        packet.TcpFlags >= 0 && (packet.TcpFlags & (Ece | Cwr)) == (Ece | Cwr) && (packet.TrafficClass & 3) == 0 && WalkContext.Sysctl(ns, "net.ipv4.tcp_ecn") is not 0;
}
