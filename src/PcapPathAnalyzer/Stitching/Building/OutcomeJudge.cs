using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Stitching.Building;

/// <summary>Says how a flow ended, from its packets alone.</summary>
internal static class OutcomeJudge
{
    /// <summary>Repeats of one segment without progress that make a connection stalled rather than slow.</summary>
    private const int StalledRepeats = 3;

    public static FlowOutcome Judge(Flow flow) => flow.Protocol == IpProtocol.Tcp ? Tcp(flow) : Datagram(flow);

    private static FlowOutcome Datagram(Flow flow)
    {
        if (flow.IcmpErrors.LastOrDefault(e => e.IsReply && IsUnreachable(e)) is { } error && !IsAnsweredAfter(flow, error))
            return IsFromServer(flow, error) ? FlowOutcome.Refused : FlowOutcome.Rejected;
        // Nobody answers a group.
        if (flow.Requested.Destination.IsMulticast || flow.Requested.Destination.IsLimitedBroadcast || flow.Protocol == IpProtocol.Igmp)
            return FlowOutcome.Completed;
        if (flow.Reply.Packets == 0)
            return FlowOutcome.Unanswered;
        return Arrived(flow.Reply, flow) && !IsAnsweredByOthers(flow) && !flow.IcmpErrors.Any(e => !e.IsReply && IsTimeExceeded(e)) ? FlowOutcome.Completed : FlowOutcome.OneWay;
    }

    // What came back after the error says that the service lives, or lives again.
    private static bool IsAnsweredAfter(Flow flow, IcmpErrorSeen error) => flow.Reply.Transmissions.Any(t => !t.IsIcmpError && t.Time > error.Time);

    private static FlowOutcome Tcp(Flow flow)
    {
        var (forward, reply) = (flow.Forward.Summary, flow.Reply.Summary);
        // Captures that hold one direction only: who acknowledges was answered, whether a capture shows it or not.
        var oneIsUnseen = (!reply.HasPackets && forward is { HasSyn: true, HasAck: true }) || (!forward.HasPackets && reply is { HasSynAck: true, HasAck: true });
        var established = oneIsUnseen || (reply.HasSynAck ? forward.HasAck : !forward.HasSyn && reply.HasPackets && forward.HasPackets);
        if (!established)
        {
            if (reply.HasReset && !reply.HasSynAck)
                return FlowOutcome.Refused;
            if (flow.IcmpErrors.Any(e => e.IsReply && IsUnreachable(e)))
                return FlowOutcome.Rejected;
            if (!reply.HasPackets)
                return FlowOutcome.Unanswered;
            return forward.HasReset ? FlowOutcome.Reset : FlowOutcome.OneWay;
        }

        if (IsStuck(flow.Forward, flow.Reply) || IsStuck(flow.Reply, flow.Forward))
            return FlowOutcome.Stalled;
        var wasReset = forward.HasReset || reply.HasReset;
        var hasFin = forward.HasFin || reply.HasFin;
        if (wasReset && !hasFin)
            return FlowOutcome.Reset;
        return (forward.HasFin && reply.HasFin) || (oneIsUnseen && hasFin) || (wasReset && hasFin) ? FlowOutcome.Completed : FlowOutcome.Open;
    }

    // The last bytes of a side are repeated and never acknowledged.
    private static bool IsStuck(FlowDirection side, FlowDirection other)
    {
        if (side.Retransmissions < StalledRepeats)
            return false;
        var repeated = side.Transmissions.Where(t => t.IsRetransmission && t.PayloadLength > 0).GroupBy(t => t.Sequence).Where(g => g.Count() >= StalledRepeats);
        return repeated.Any(group => !other.Transmissions.Any(t => (t.TcpFlags & TcpFlags.Ack) != 0 && (int)(t.Acknowledgment - group.Key) > 0));
    }

    // Answers left the server; they reached the client's end of the captured path as far as the requests began there.
    private static bool Arrived(FlowDirection reply, Flow flow)
    {
        if (flow.Forward.Hops.Count == 0 || reply.Hops.Count == 0)
            return true;
        var start = flow.Forward.Hops[0].Point;
        return reply.Hops.Any(h => h.Point.Namespace == start.Namespace) || reply.Hops[^1].Point.Home?.Node == start.Home?.Node;
    }

    // Where the requests began, the answers come in the name of somebody who was not asked: no socket takes them.
    private static bool IsAnsweredByOthers(Flow flow)
    {
        if (flow.Forward.Hops.Count == 0 || flow.Forward.Hops[0] is not { Point.Device: not { IsBridge: true } } first || first.Tuple != flow.Requested)
            return false;
        var there = flow.Reply.Hops.Where(h => h.Point == first.Point && h.Tuple.Protocol == flow.Protocol && h.Tuple.Destination == flow.Requested.Source).ToList();
        return there.Count > 0 && there.TrueForAll(h => h.Tuple.Source != flow.Requested.Destination);
    }

    private static bool IsFromServer(Flow flow, IcmpErrorSeen error) => flow.Served is { } s && error.Sender == s.Destination;

    private static bool IsTimeExceeded(IcmpErrorSeen e) => e.Type == (e.Sender.IsIpv4 ? 11 : 3);

    // RFC 792 type 3 except "fragmentation needed"; RFC 4443 type 1.
    private static bool IsUnreachable(IcmpErrorSeen e) => e.Sender.IsIpv4 ? e.Type == 3 && e.Code != 4 : e.Type == 1;
}
