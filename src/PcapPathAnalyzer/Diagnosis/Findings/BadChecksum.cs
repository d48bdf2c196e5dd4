using PcapPathAnalyzer.Checks;
using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary>
/// <c>bad-checksum</c>, <c>mark-survives-masquerade</c>: the packet arrived with a wrong transport checksum, and the receiver's kernel drops it without a
/// word. At the sender a checksum that a device has yet to finish is no error.
/// </summary>
internal sealed class BadChecksum : IFindingRule
{
    /// <summary>Each is a frame read again.</summary>
    private const int MostPerPoint = 8;

    private static readonly FindingCode Wrong = new("bad-checksum", "Packets arrive with a wrong checksum", "The packets arrive with a wrong TCP or UDP checksum, and the receiver drops them.")
    {
        Severity = Severity.Error,
        Explanation = "The receiver's kernel drops a packet whose checksum is wrong and counts it as InCsumErrors. A wrong outer checksum around a right inner one is the mark of a sending device that fails to compute it for tunnels; a checksum that is only begun, as captured at the sender, is harmless.",
        CheckNext = "nstat -az UdpInCsumErrors TcpInCsumErrors on the receiver, and the sender's offloads (ethtool -k DEV, tx-udp_tnl-csum-segmentation, tx-checksum-ip-generic).",
        Reference = new Uri("https://docs.kernel.org/networking/checksum-offloads.html"),
    };

    private static readonly FindingCode Mark = new("mark-survives-masquerade", "A mark masquerades the tunnel's packet too", "A mark that masquerades the inner packet stays on it, so the outer packet is masqueraded too, and arrives with a wrong checksum.")
    {
        Severity = Severity.Error,
        Explanation = "A tunnel device hands the packet's mark on to the outer packet, which the rule for marked packets then masquerades a second time. Kernels and devices that cannot finish the checksum of such a packet send it with a wrong one, and the receiver drops it.",
        CheckNext = "Whether KUBE-POSTROUTING clears the mark before MASQUERADE (kube-proxy 1.16.13, 1.17.9, 1.18.6 and later do), and ethtool -K of the tunnel device as a stopgap.",
        Reference = new Uri("https://github.com/kubernetes/kubernetes/pull/92035"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Wrong, Mark];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var bad = Suspects(evidence).Select(s => (Drop: s, Seen: FrameReader.Read<Verdict>(evidence, evidence.LastFrame(s.Packet), Judge))).Where(x => x.Seen is { IsWrong: true });
        foreach (var group in bad.GroupBy(x => (Sender: Sender(evidence, x.Drop)?.Name ?? "", x.Drop.Place, x.Seen!.Value.IsOuter, Cause: Masquerading(evidence, x.Drop)?.Problem.Location)))
        {
            var items = group.Select(x => x.Drop).ToList();
            var flows = items.Select(i => i.Flow).Distinct().ToList();
            var (first, seen) = (items[0], group.First().Seen!.Value);
            var mark = Masquerading(evidence, first);
            var outer = seen.IsOuter ? $"outer UDP checksum{(seen.InnerIsRight ? " around a right inner one" : "")}" : "checksum";
            yield return new Finding
            {
                Code = (mark is null ? Wrong : Mark).Code,
                Severity = flows.Exists(f => f.Failed()) ? Severity.Error : Severity.Warning,
                Namespace = group.Key.Sender.Length > 0 ? group.Key.Sender : group.Key.Place.Name,
                Location = mark?.Problem.Location,
                Message = $"packets of {flows[0].Requested} arrive at {first.At.Point} with a wrong {outer}, and {first.Place} drops them{(mark is null ? "" : $": {mark.Problem.Message}")} ({FlowEvidence.Count(flows)})",
                Advice = mark is null
                    ? "Switch the sender's checksum offload for tunnels off (ethtool -K DEV tx-checksum-ip-generic off, on the tunnel device) and see whether it helps; update kernel, driver or hypervisor."
                    : "Let the chain clear the mark before it masquerades (-j MARK --xor-mark), as kube-proxy does since 1.16.13, 1.17.9 and 1.18.6; ethtool -K of the tunnel device, tx-checksum-ip-generic off, helps meanwhile.",
                Flows = flows,
                Evidence = [.. items.Take(4).Select(i => evidence.LastFrame(i.Packet))],
                Confidence = first.IsSeenLost ? "proven" : "likely",
            };
        }
    }

    // Packets that ended where a checksum is looked at: in a tunnel at its far end, or at the host they were for. Of failed flows, and of those
    // that had to send them again; few are enough to tell.
    private static IEnumerable<Drop> Suspects(Evidence evidence)
    {
        var lost = evidence.Lost.Where(l => l.Stage == LossStage.Decapsulating || l.HasArrived)
            .Select(l => (Lost: l, Packet: l.Packets.LastOrDefault(t => t.LastHop == l.Last.Number))).Where(x => x.Packet is not null)
            .Select(x => new Drop(x.Lost.Flow, x.Packet!, x.Lost.IsReply, x.Lost.Last, x.Lost.Place, x.Lost.HasArrived || NextPoint.Captured(evidence, x.Lost) is not null));
        var repeated = evidence.Flows.Where(f => !f.Failed() && f.Retransmissions > 0).SelectMany(Vanished.Of)
            .Where(v => v.From is { IsTunnelled: true, Point.Home: not null } && !v.To.IsTunnelled && v.From.Point.Home == v.To.Point.Home)
            .Select(v => new Drop(v.Flow, v.Packet, v.Packet.IsReply, v.From, v.From.Point.Home!, true));
        return lost.Concat(repeated).GroupBy(d => (d.At.Point, d.Flow)).Select(g => g.First()).GroupBy(d => d.At.Point).SelectMany(g => g.Take(MostPerPoint));
    }

    private static Verdict? Judge(DecodedFrame frame, byte[] bytes)
    {
        if (frame.Count == 0)
            return null;
        var (outer, inner) = (TransportChecksum.Of(frame.Outermost, frame.Innermost, bytes), TransportChecksum.Of(frame.Innermost, bytes));
        var tunnelled = frame.Innermost.Encapsulation != Encapsulation.None;
        return new Verdict(tunnelled, outer == ChecksumState.Wrong, tunnelled && inner is ChecksumState.Right or ChecksumState.Offloaded);
    }

    private static NetworkNamespace? Sender(Evidence evidence, Drop drop) =>
        evidence.Network.Owner(drop.At.IsTunnelled ? drop.At.Tunnel.OuterSource : drop.At.Tuple.Source);

    // The sender masquerades this flow, and its rule leaves the mark.
    private static DumpRemark? Masquerading(Evidence evidence, Drop drop) =>
        drop.At.IsTunnelled && !drop.IsReply && drop.At.Tuple.Source != drop.Flow.Requested.Source && Sender(evidence, drop) is { } sender
            ? new MarkAfterMasquerade().Find(new DumpNetwork(evidence.Network, [])).FirstOrDefault(r => r.Namespace == sender.Name)
            : null;

    private sealed record Drop(Flow Flow, Transmission Packet, bool IsReply, Hop At, NetworkNamespace Place, bool IsSeenLost);

    private readonly record struct Verdict(bool IsOuter, bool IsWrong, bool InnerIsRight);
}
