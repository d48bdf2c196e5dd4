using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>What answers a packet that ended its way: the server, a reset, or an ICMP error of the namespace that refused it.</summary>
internal static class ReplyStart
{
    /// <summary>The answer's walk, ready to begin; null where nothing answers.</summary>
    public static Branch? Of(WalkContext context, Branch end)
    {
        var packet = end.Packet;
        // A tunnel's packet gets errors alone, which its node takes.
        if (end.IsSilent || (end.Answer is null && (end.Verdict != Verdict.Delivered || end.Depth > 0)))
            return null;
        if (end.Answer?.Name == TcpAnswer.Reset && !TcpAnswer.MayReset(packet))
            return null;
        PacketState answer;
        if (end.Verdict == Verdict.Delivered || end.Answer!.Name == TcpAnswer.Reset)
        {
            answer = new PacketState
            {
                Tuple = end.IsOfGroup ? packet.Tuple.Reversed with { Source = default } : packet.Tuple.Reversed,
                SourcePorts = packet.DestinationPorts,
                DestinationPorts = packet.SourcePorts,
                TcpFlags = packet.Tuple.Protocol != IpProtocol.Tcp ? -1 : TcpAnswer.Flags(end.Namespace, packet, isReset: end.Answer is not null),
                IcmpType = packet.IcmpType switch { 8 => 0, 128 => 129, var t => t },
                Ttl = 64,
                DontFragment = packet.DontFragment,
                TrafficClass = Class(packet, end),
                Length = Length(packet, isReset: end.Answer is not null),
            };
        }
        else
        {
            var isIpv6 = packet.Tuple.Source.IsIpv6;
            answer = new PacketState
            {
                Tuple = new FiveTuple(IcmpErrors.Source(context, end), 0, packet.Tuple.Source, 0, isIpv6 ? IpProtocol.Icmpv6 : IpProtocol.Icmp),
                IcmpType = IcmpErrors.Type(end.Answer!.Name, isIpv6),
                IcmpCode = IcmpErrors.Code(end.Answer.Name, isIpv6),
                IcmpError = packet.Tuple,
                // RFC 1812 section 4.3.2.5: precedence "internetwork control" (icmp_send, net/ipv4/icmp.c).
                TrafficClass = isIpv6 ? (byte)0 : (byte)((packet.TrafficClass & 0x1E) | 0xC0),
                Length = ErrorLength(packet.Length, isIpv6),
                Ttl = 64,
            };
        }

        // What was delivered to a protocol has left conntrack (nf_reset_ct in ip_protocol_deliver_rcu, __udp4_lib_rcv).
        if (end.Answer is not null && end.Verdict is not (Verdict.Delivered or Verdict.NoListener))
            answer = Attach(answer, packet);
        return (end with
        {
            Packet = answer,
            Device = null,
            Inner = null,
            Route = null,
            IsReplyPhase = true,
            IsPrerouted = false,
            Steps = null,
            Verdict = null,
            Reason = "",
            Answer = null,
            Age = 0,
            BoundTo = null,
            ProxiedTo = null,
        }).Then(LocalOutput.Run);
    }

    // An error, or the reset of a REJECT, belongs to the refused packet's connection from the start, against its direction (nf_conntrack_attach).
    private static PacketState Attach(PacketState answer, PacketState refused) => refused.Connection is { } c
        ? answer with { Connection = c, IsReply = !refused.IsReply, ConntrackState = "RELATED", IsDestinationTranslated = c.IsDestinationTranslated, IsSourceTranslated = c.IsSourceTranslated }
        // One that conntrack has not seen gives on its template.
        : refused.HasTemplate ? answer with { HasTemplate = true, ConntrackState = "RELATED", OriginalZone = refused.OriginalZone, ReplyZone = refused.ReplyZone }
        : answer with { IsPastTemplates = refused.ConntrackState == "UNTRACKED" };

    // A socket's answers have its own class; what the kernel answers by itself repeats the packet's (icmp_reply), a reset without ECN (ip_send_unicast_reply, tcp_v6_send_response).
    private static byte Class(PacketState packet, Branch end) =>
        packet.IcmpType >= 0 ? packet.TrafficClass : end.Answer is not null && end.Verdict != Verdict.RejectedByRule ? (byte)(packet.TrafficClass & ~3) : (byte)0;

    // An echo is as long as its request, a SYN-ACK answers the usual SYN with the same options; what an application says is not known.
    private static int Length(PacketState packet, bool isReset)
    {
        var isIpv6 = packet.Tuple.Source.IsIpv6;
        if (isReset)
            return isIpv6 ? 60 : 40;
        return packet.IcmpType >= 0 || (packet.Tuple.Protocol == IpProtocol.Tcp && packet.Length == (isIpv6 ? 80 : 60)) ? packet.Length : 0;
    }

    // An error quotes as much of the packet as fits into 576 bytes (RFC 1812 section 4.3.2.3), of IPv6 into 1280 (RFC 4443 section 2.4).
    private static int ErrorLength(int quoted, bool isIpv6) =>
        quoted == 0 ? 0 : isIpv6 ? Math.Min(1280, 40 + 8 + quoted) : Math.Min(576, 20 + 8 + quoted);
}
