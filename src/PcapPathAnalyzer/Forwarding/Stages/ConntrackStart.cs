using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>May a packet open a connection? If not, conntrack calls it INVALID (tcp_new, nf_conntrack_proto_tcp.c; icmp_new, nf_conntrack_proto_icmp.c).</summary>
internal static class ConntrackStart
{
    private const int Fin = 1;
    private const int Syn = 2;
    private const int Reset = 4;
    private const int Ack = 16;
    private const int Urgent = 32;

    public static bool Opens(NetworkNamespace ns, PacketState packet) => packet.Tuple.Protocol switch
    {
        IpProtocol.Tcp => packet.TcpFlags < 0 || Tcp(ns, packet.TcpFlags),
        // Requests of RFC 792: echo, timestamp, information, address mask; of RFC 4443 echo.
        IpProtocol.Icmp => packet.IcmpType is < 0 or 8 or 13 or 15 or 17,
        IpProtocol.Icmpv6 => packet.IcmpType is < 0 or 128,
        _ => true,
    };

    // A SYN; or, unless nf_conntrack_tcp_loose is 0, an ACK of a connection that began before it was looked at.
    private static bool Tcp(NetworkNamespace ns, int flags) => (flags & (Fin | Syn | Reset | Ack | Urgent)) switch
    {
        Syn or Syn | Urgent => true,
        Ack or Ack | Urgent => WalkContext.Sysctl(ns, "net.netfilter.nf_conntrack_tcp_loose") is not 0,
        _ => false,
    };
}
