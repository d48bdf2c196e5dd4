using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>The rule, or the chain's policy, that ends a lost packet's way in the namespace that had it next.</summary>
internal sealed record RuleBlock(LostPacket Lost, FiveTuple Tuple, FirewallVerdict Verdict)
{
    /// <summary>True where the rule asks for packets that connection tracking cannot place.</summary>
    public bool IsInvalidDrop => InvalidState.IsAskedBy(Verdict.Outcome);

    public static RuleBlock? Find(Evidence evidence, LostPacket lost) => lost.Stage switch
    {
        LossStage.Received => Received(evidence, lost),
        LossStage.Encapsulating when OuterPacket.Of(lost) is { } outer => Sent(lost, outer),
        LossStage.Decapsulating when OuterPacket.Of(lost) is { } outer => Decide(lost, outer, [.. new Firewall(lost.Place).Forward(new PacketState { Tuple = outer, In = lost.Ingress }, isTranslated: true)]),
        _ => null,
    };

    private static RuleBlock? Received(Evidence evidence, LostPacket lost)
    {
        var translated = lost.Last.Tuple.Destination != lost.Flow.Requested.Destination;
        var packet = new PacketState
        {
            Tuple = lost.Last.Tuple,
            In = lost.Ingress,
            ConntrackState = ConntrackState(evidence, lost),
            TcpFlags = (int)lost.Packets[0].TcpFlags & 255,
            IsDestinationTranslated = translated,
        };
        return Decide(lost, packet.Tuple, [.. new Firewall(lost.Place).Forward(packet, isTranslated: translated || lost.IsReply)]);
    }

    private static RuleBlock? Sent(LostPacket lost, FiveTuple outer)
    {
        var packet = new PacketState { Tuple = outer, Out = lost.DeviceTo(outer.Destination) };
        var firewall = new Firewall(lost.Place);
        List<FirewallVerdict> verdicts = [.. firewall.At("OUTPUT", packet), .. firewall.At("POSTROUTING", packet)];
        return Decide(lost, outer, verdicts, onePath: false);
    }

    // A branch that would have let it pass leaves the question open; a rule that counted no packet did not drop it.
    private static RuleBlock? Decide(LostPacket lost, FiveTuple tuple, List<FirewallVerdict> verdicts, bool onePath = true)
    {
        var bad = verdicts.Find(v => v.Verdict is "DROP" or "REJECT" && v.Outcome.Deciding is not { Packets: 0 });
        if (bad is null || (!bad.Outcome.IsCertain && (!onePath || verdicts.Exists(v => v.Verdict is not ("DROP" or "REJECT")))))
            return null;
        return new RuleBlock(lost, tuple, bad);
    }

    // A SYN-ACK on a node that did not see the SYN belongs to no connection it knows (nf_conntrack_proto_tcp.c, tcp_new: sIV).
    private static string ConntrackState(Evidence evidence, LostPacket lost)
    {
        if (lost.IsReply)
            return IsOneSided(evidence, lost) ? "INVALID" : "ESTABLISHED";
        return lost.Packets[0].Is(TcpFlags.Syn | TcpFlags.Ack, TcpFlags.Ack) ? "ESTABLISHED" : "NEW";
    }

    private static bool IsOneSided(Evidence evidence, LostPacket lost)
    {
        if (!lost.Packets[0].Is(TcpFlags.Syn | TcpFlags.Ack, TcpFlags.Syn | TcpFlags.Ack) || lost.Flow.Forward.Hops.Any(h => h.Point.Home?.Node == lost.Place.Node))
            return false;
        var requests = lost.Flow.Forward.Transmissions.Where(t => !t.IsIcmpError).ToList();
        return evidence.CapturePoints.Any(p => p.Home == lost.Place && evidence.Coverage.WouldShow(p, requests, lost.Last.IsTunnelled, lost.Flow.Protocol) is not null);
    }
}
