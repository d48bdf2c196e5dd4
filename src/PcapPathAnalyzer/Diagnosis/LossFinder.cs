using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>Finds the direction of a failed flow in which packets end, and the last place they were seen.</summary>
internal static class LossFinder
{
    /// <summary>Sendings of one segment that never get on: fewer are ordinary loss.</summary>
    private const int Repeats = 3;

    public static LostPacket? Find(ObservationTables tables, Network network, Flow flow)
    {
        var answers = flow.Reply.Transmissions.Where(t => !t.IsIcmpError && !(flow.Outcome == FlowOutcome.Refused && t.Is(TcpFlags.Rst, TcpFlags.Rst))).ToList();
        if (answers.Count == 0)
            return Locate(tables, network, flow, isReply: false, [.. flow.Forward.Transmissions.Where(t => !t.IsIcmpError)]);
        if (!ReachesClient(flow))
            return Locate(tables, network, flow, isReply: true, answers);
        var (stuckForward, stuckReply) = (Stuck(flow.Forward), Stuck(flow.Reply));
        if (stuckForward.Count == 0 && stuckReply.Count == 0)
            return null;
        return stuckForward.Count >= stuckReply.Count ? Locate(tables, network, flow, isReply: false, stuckForward) : Locate(tables, network, flow, isReply: true, stuckReply);
    }

    private static bool ReachesClient(Flow flow)
    {
        if (flow.Forward.Hops.Count == 0)
            return true;
        var start = flow.Forward.Hops[0].Point;
        var answered = flow.Reply.Transmissions.Where(t => !t.IsIcmpError).SelectMany(t => t.Hops).ToHashSet();
        return flow.Reply.Hops.Any(h => answered.Contains((ushort)h.Number) && (h.Point == start || (start.Home is { IsNode: false } && h.Point.Namespace == start.Namespace)));
    }

    // Sent again and again, never seen as far as other packets of the direction get.
    private static List<Transmission> Stuck(FlowDirection direction)
    {
        var packets = direction.Transmissions.Where(t => !t.IsIcmpError).ToList();
        if (packets.Count == 0)
            return [];
        var reach = packets.Max(t => t.LastHop);
        return [.. packets.Where(t => t.SegmentLength > 0).GroupBy(t => t.Sequence).Where(g => g.Count() >= Repeats && g.All(t => t.LastHop < reach)).SelectMany(g => g)];
    }

    private static LostPacket? Locate(ObservationTables tables, Network network, Flow flow, bool isReply, List<Transmission> packets)
    {
        var direction = isReply ? flow.Reply : flow.Forward;
        var farthest = packets.MaxBy(t => t.LastHop);
        if (farthest is null || farthest.LastHop == 0 || direction.Hops[farthest.LastHop - 1] is not { Point.Home: { } home } last)
            return null;
        var seen = farthest.Observations[^1];
        var (place, stage, ingress) = Next(home, last, Movement.At(last.Point, seen, tables.Macs[seen.Macs]));
        var target = isReply ? flow.Requested.Source : flow.Served?.Destination ?? flow.Requested.Destination;
        var tuple = RoutedAs(flow, isReply, last, place);
        var predicted = stage == LossStage.Received && !isReply && flow.Served is null && tuple == flow.Requested ? PredictedDestination.Of(place, tuple, ingress) : [];
        var lost = new LostPacket
        {
            Flow = flow,
            IsReply = isReply,
            Packets = packets,
            Last = last,
            Place = place,
            Stage = stage,
            Tuple = tuple,
            Ingress = ingress,
            Macs = tables.Macs[seen.Macs],
            Predicted = predicted,
            HasArrived = stage == LossStage.Received && home == place && home.Name == (isReply ? flow.ClientNamespace : flow.ServerNamespace) && last.Tuple.Destination == target
                // Without a dump it is a guess whose address that is: it may have been on its way through.
                && network.Owners(target).Count > 0,
            IsLocal = RouteLookup.IsLocal(place, tuple.Destination),
            Route = RouteLookup.Find(place, tuple.Destination),
            RoutesKnown = place.Routes.Any(r => r.Destination.Address.IsIpv4 == tuple.Destination.IsIpv4) || (place.DumpedKinds.Contains("ip-route") && tuple.Destination.IsIpv4),
            OuterSender = last.IsTunnelled ? network.Owner(last.Tunnel.OuterSource) : null,
        };
        return predicted.Count == 1 ? lost.To(predicted[0].Tuple) with { Predicted = predicted } : lost;
    }

    private static (NetworkNamespace Place, LossStage Stage, string? Ingress) Next(NetworkNamespace home, Hop last, PacketHeading heading)
    {
        var device = last.Point.Device;
        if (last.IsTunnelled)
            return (home, RouteLookup.IsLocal(home, last.Tunnel.OuterDestination) ? LossStage.Decapsulating : LossStage.Sent, last.Point.Interface);
        if (heading == PacketHeading.Unknown)
            heading = RouteLookup.IsLocal(home, last.Tuple.Source) && !home.IsNode ? PacketHeading.Outgoing : PacketHeading.Incoming;
        var entry = device?.Master?.Name ?? device?.Name ?? last.Point.Interface;
        if (heading == PacketHeading.Incoming || device is { IsLoopback: true })
            return (home, LossStage.Received, entry);
        if (device?.Peer is { } peer && peer.Namespace != home)
            return (peer.Namespace, LossStage.Received, peer.Master?.Name ?? peer.Name);
        if (device is { IsVxlan: true })
            return (home, LossStage.Encapsulating, entry);
        if (device is { IsBridge: true })
            return (home, LossStage.Bridged, entry);
        return home.IsNode ? (home, LossStage.Sent, entry) : (home.Node, LossStage.Received, null);
    }

    // Un-NAT comes before routing: an answer to a masqueraded client is routed to the client.
    private static FiveTuple RoutedAs(Flow flow, bool isReply, Hop last, NetworkNamespace place)
    {
        if (!isReply)
            return flow.Served ?? last.Tuple;
        return last.Tuple.Destination != flow.Requested.Source && RouteLookup.IsLocal(place, last.Tuple.Destination) && !RouteLookup.IsLocal(place, flow.Requested.Source)
            ? last.Tuple with { Destination = flow.Requested.Source, DestinationPort = flow.Requested.SourcePort }
            : last.Tuple;
    }
}
