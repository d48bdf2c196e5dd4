using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary>
/// <c>nat-collision</c>: two new connections passed NAT at one moment, got the same tuple, and the one that was confirmed second was
/// dropped (net/netfilter/nf_conntrack_core.c, __nf_conntrack_confirm: insert_failed).
/// </summary>
internal sealed class NatCollision : IFindingRule
{
    /// <summary>Two packets race between their translation and the confirmation of their entry; nanoseconds, with room for a busy host.</summary>
    private const long Race = 20_000_000;

    private static readonly FindingCode Kind = new("nat-collision", "Two new connections collided in NAT", "Two packets of new connections were translated at one moment, and the second was dropped because the first had taken its entry.")
    {
        Severity = Severity.Error,
        Explanation = "An address is translated when a packet passes the nat hooks and its entry is confirmed when it leaves, so two first packets at one moment may be given the same entry, and the second is dropped and counted as insert_failed. TCP sends its SYN again after one second; a resolver that asks for A and AAAA from one port waits five.",
        CheckNext = "conntrack -S (insert_failed), --random-fully of MASQUERADE and SNAT rules, single-request-reopen or a node-local DNS cache for resolvers.",
        Reference = new Uri("https://github.com/kubernetes/kubernetes/issues/56903"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var lost = evidence.Flows.SelectMany(f => Vanished(evidence, f)).ToList();
        if (lost.Count == 0)
            yield break;
        var bySource = evidence.Flows.ToLookup(static f => (f.Protocol, f.Requested.Source, f.Requested.SourcePort));
        var firsts = evidence.Flows.SelectMany(Firsts).ToLookup(static r => Contested(r.Flow));
        var races = lost.Where(l => !GotOn(bySource, l)).Select(l => (Lost: l, Rival: Rival(l, firsts))).Where(x => x.Rival is not null);
        foreach (var group in races.GroupBy(x => (x.Lost.Node, x.Lost.Flow.Protocol, x.Lost.Flow.Requested.Destination, x.Lost.Flow.Requested.DestinationPort)))
        {
            var items = group.ToList();
            var (first, rival) = (items[0].Lost, items[0].Rival!);
            var flows = items.Select(x => x.Lost.Flow).Distinct().ToList();
            var counter = group.Key.Node.ConntrackStatistics.FirstOrDefault(s => s.Counters.GetValueOrDefault("insert_failed") + s.Counters.GetValueOrDefault("drop") > 0);
            var failed = flows.Exists(f => f.Failed());
            yield return new Finding
            {
                Code = Kind.Code,
                Severity = failed ? Severity.Error : Severity.Warning,
                Namespace = group.Key.Node.Name,
                Location = counter?.Location,
                Message = $"{first.Flow.Requested} was seen at {first.At.Point} and did not get through NAT on {group.Key.Node}, {Durations.Text(Math.Abs(rival.Packet.Time - first.Packet.Time))} {(rival.Packet.Time < first.Packet.Time ? "after" : "before")} {(rival.Flow == first.Flow ? "another packet from the same port" : $"{rival.Flow.Requested} with the same source port")}, which did{Counted(counter)} ({FlowEvidence.Count(flows)})",
                Advice = first.Flow.Protocol == IpProtocol.Udp
                    ? "Let resolvers ask one after the other (options single-request-reopen), or run a DNS cache on the node that is not reached through NAT (NodeLocal DNSCache)."
                    : "Let MASQUERADE and SNAT rules choose ports at random (--random-fully); spread clients over more source addresses.",
                Flows = flows,
                Evidence = [.. items.Take(2).SelectMany(x => new[] { evidence.LastFrame(x.Lost.Packet), evidence.Frames(x.Rival!.Packet).First() })],
                Confidence = counter is null ? "likely" : "proven",
            };
        }
    }

    private static string Counted(ConntrackStatisticsRecord? counter) =>
        counter is null ? "" : $"; conntrack -S counts {counter.Counters.GetValueOrDefault("insert_failed")} failed inserts and {counter.Counters.GetValueOrDefault("drop")} drops there ({counter.Location})";

    // First packets that end on the node whose NAT other packets of the flow pass, or that translates what it asks for.
    private static IEnumerable<Loser> Vanished(Evidence evidence, Flow flow)
    {
        var hops = flow.Forward.Hops;
        var crossing = Enumerable.Range(1, Math.Max(0, hops.Count - 1)).FirstOrDefault(i => hops[i].Tuple != hops[i - 1].Tuple && hops[i].Point.Home?.Node is { } n && n == hops[i - 1].Point.Home?.Node);
        if (crossing > 0)
        {
            var node = hops[crossing].Point.Home!.Node;
            foreach (var t in flow.Forward.Transmissions)
            {
                if (!IsFirst(flow, t) || t.LastHop == 0 || t.LastHop == hops.Count)
                    continue;
                // A point of the pod's side may be the last one before the hooks: the node's own are all of the same host. A bridge
                // that calls iptables shows the packet translated already; its entry is confirmed when it leaves, after routing.
                var (last, next) = (hops[t.LastHop - 1], hops[Math.Max(crossing, t.LastHop)]);
                if (last.Point.Home?.Node == node && (t.LastHop <= crossing || (last.Point.Device is { IsBridge: true } && last.Ttl == hops[0].Ttl)) && evidence.Coverage.WouldShow(next.Point, [t], next.IsTunnelled, flow.Protocol) is not null)
                    yield return new Loser(flow, t, last, node);
            }
        }
        else if (evidence.LostOf(flow) is { IsReply: false, Stage: LossStage.Received, HasArrived: false } lost && NextPoint.Captured(evidence, lost) is not null)
        {
            foreach (var t in lost.Packets.Where(t => IsFirst(flow, t)).Take(1))
                yield return new Loser(flow, t, lost.Last, lost.Place.Node);
        }
    }

    // Newer kernels let both through, each to an endpoint of its own (nf_ct_resolve_clash): then the other half is a flow of its own.
    private static bool GotOn(ILookup<(IpProtocol, IpAddress, ushort), Flow> bySource, Loser lost) => bySource[(lost.Flow.Protocol, lost.Flow.Requested.Source, lost.Flow.Requested.SourcePort)].Any(f =>
        f != lost.Flow && Math.Abs(f.FirstTime.Nanoseconds - lost.Packet.Time) < Race);

    private static bool IsFirst(Flow flow, Transmission t) =>
        !t.IsIcmpError && (flow.Protocol == IpProtocol.Udp ? !flow.Reply.Transmissions.Any(r => r.Time < t.Time) : t.Is(TcpFlags.Syn | TcpFlags.Ack, TcpFlags.Syn));

    private static IEnumerable<Runner> Firsts(Flow flow) =>
        flow.Protocol == IpProtocol.Tcp || flow.Protocol == IpProtocol.Udp ? flow.Forward.Transmissions.Where(t => IsFirst(flow, t)).Select(t => new Runner(flow, t)) : [];

    // Another first packet at that moment that the kernel would give the same entry: the same socket's, or one with the same port to the same server.
    private static Runner? Rival(Loser lost, ILookup<(IpProtocol, ushort, IpAddress, ushort), Runner> firsts) => firsts[Contested(lost.Flow)].FirstOrDefault(r =>
        r.Packet != lost.Packet && Math.Abs(r.Packet.Time - lost.Packet.Time) < Race && IsBeyond(r, lost.Node)
        && (r.Flow == lost.Flow || r.Flow.Forward.Hops.Any(h => h.Tuple.Source != r.Flow.Requested.Source)));

    // What two connections have in common that may be given one entry: all but the client's address.
    private static (IpProtocol Protocol, ushort SourcePort, IpAddress Destination, ushort DestinationPort) Contested(Flow flow) =>
        (flow.Protocol, flow.Requested.SourcePort, flow.Requested.Destination, flow.Requested.DestinationPort);

    private static bool IsBeyond(Runner r, NetworkNamespace node) =>
        r.Packet.LastHop > 0 && (r.Flow.Forward.Hops[r.Packet.LastHop - 1].Tuple != r.Flow.Requested || r.Flow.Forward.Hops[r.Packet.LastHop - 1].Point.Home?.Node != node);

    private sealed record Loser(Flow Flow, Transmission Packet, Hop At, NetworkNamespace Node);

    private sealed record Runner(Flow Flow, Transmission Packet);
}
