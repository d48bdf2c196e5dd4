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
        if (end.Depth > 0 || (end.Verdict != Verdict.Delivered && end.Answer is null))
            return null;
        PacketState answer;
        if (end.Verdict == Verdict.Delivered || end.Answer!.Name == "tcp-reset")
        {
            answer = new PacketState
            {
                Tuple = packet.Tuple.Reversed,
                SourcePorts = packet.DestinationPorts,
                DestinationPorts = packet.SourcePorts,
                TcpFlags = packet.Tuple.Protocol != IpProtocol.Tcp ? -1 : end.Answer is null ? 0x12 : 0x14,
                IcmpType = packet.IcmpType switch { 8 => 0, 128 => 129, var t => t },
                Ttl = 64,
                DontFragment = packet.DontFragment,
                Length = end.Answer is null ? packet.Length : 0,
            };
        }
        else
        {
            var isIpv6 = packet.Tuple.Source.IsIpv6;
            answer = new PacketState
            {
                // Of a packet that was for the namespace itself, the error comes from the address it was sent to (icmp_send, net/ipv4/icmp.c).
                Tuple = new FiveTuple(end.Route is { Kind: RouteKind.Local } ? packet.Tuple.Destination : default, 0, packet.Tuple.Source, 0, isIpv6 ? IpProtocol.Icmpv6 : IpProtocol.Icmp),
                IcmpType = Type(end.Answer!.Name, isIpv6),
                IcmpError = packet.Tuple,
                Ttl = 64,
            };
        }

        return (end with
        {
            Packet = answer,
            Device = null,
            Route = null,
            IsReplyPhase = true,
            IsPrerouted = false,
            Steps = null,
            Verdict = null,
            Reason = "",
            Answer = null,
            Age = 0,
            BoundTo = null,
        }).Then(LocalOutput.Run);
    }

    // RFC 792, RFC 4443.
    private static int Type(string name, bool isIpv6) => name switch
    {
        "icmp-time-exceeded" => isIpv6 ? 3 : 11,
        "icmp-fragmentation-needed" => isIpv6 ? 2 : 3,
        _ => isIpv6 ? 1 : 3,
    };
}
