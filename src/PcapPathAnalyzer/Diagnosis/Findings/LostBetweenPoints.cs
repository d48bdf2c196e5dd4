using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary>
/// <c>lost-between-points</c>: the packets were seen at one point, the way leads through another that was captured at that very moment,
/// and they are not there. No dump line explains it; what lies between the two does.
/// </summary>
internal sealed class LostBetweenPoints : IFindingRule
{
    private static readonly FindingCode Kind = new("lost-between-points", "Lost between two capture points", "The packets were seen at one capture point and not at the next one, and no dump line says why.")
    {
        Severity = Severity.Error,
        Explanation = "The way leads from one captured point to another, the second capture ran at that moment and shows such packets, and these are not in it. What lies between the two took them: a device, a filter that no dump shows, or a full queue.",
        CheckNext = "Counters of the interfaces on both sides (ip -s link, ethtool -S, nstat -az), and what filters between them.",
        Reference = new Uri("https://www.tcpdump.org/manpages/tcpdump.1.html"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var looked = evidence.Lost.Select(l => (Lost: l, Next: NextPoint.Captured(evidence, l))).ToList();
        foreach (var group in looked.Where(x => x.Next is not null).GroupBy(x => (x.Lost.Last.Point, x.Next!.Point)))
        {
            List<LostPacket> items = [.. group.Select(x => x.Lost), .. looked.Where(x => x.Next is null && IsAlike(evidence, x.Lost, group.First().Lost)).Select(x => x.Lost)];
            var chance = SporadicLoss.Of(evidence, items, group.Key.Item2);
            var (lost, next) = group.First();
            var flows = items.ConvertAll(i => i.Flow);
            var (from, to) = (lost.Last.Point, next!.Point);
            var wire = lost.Stage == LossStage.Sent;
            yield return new Finding
            {
                Code = Kind.Code,
                Severity = chance is null ? Severity.Error : Severity.Warning,
                Namespace = from.Namespace,
                Message = $"{What(lost)} {(lost.IsReply ? "answers to" : "packets of")} {flows[0].Requested} were seen at {from} and never at {to}, where the way leads: {evidence.Coverage.Words(to, lost.Packets)}{chance} ({FlowEvidence.Count(flows)})",
                Advice = Advice(lost, wire) + Foresight.Possible(evidence, lost),
                Flows = flows,
                Evidence = evidence.LastFrames(items),
                Confidence = next.Confidence,
            };
        }
    }

    // The same way, at a time of which the next capture proves nothing: what was lost before and after is enough.
    private static bool IsAlike(Evidence evidence, LostPacket lost, LostPacket proven) =>
        !lost.HasArrived && lost.Last.Point == proven.Last.Point && lost.IsReply == proven.IsReply && lost.Stage == proven.Stage && NextPoint.Describe(evidence, lost) == NextPoint.Describe(evidence, proven);

    private static string What(LostPacket lost) => lost.Stage is LossStage.Sent or LossStage.Decapsulating && lost.Last.IsTunnelled ? $"{lost.Last.Tunnel.Kind.ToString().ToUpperInvariant()} {lost.Last.Tunnel.OuterSource} > {lost.Last.Tunnel.OuterDestination} with the" : "the";

    private static string Advice(LostPacket lost, bool wire)
    {
        if (!wire)
            return $"Nothing in the dumps of {lost.Place.Name} explains it. Look at rp_filter and forwarding (sysctl net.ipv4), nft list ruleset, tc filters and XDP or eBPF programs (bpftool net), and nstat -az counters there.";
        if (lost.Last.IsTunnelled)
            return $"Something between the nodes takes the tunnel's packets{(OuterPacket.Of(lost) is { Protocol: Primitives.IpProtocol.Udp } outer ? $" (UDP port {outer.DestinationPort})" : "")}: security groups, a firewall, a switch. Capture on both sides of what lies between.";
        return "Look at what lies between the two: switches, firewalls, the counters of the interfaces (ip -s link, ethtool -S).";
    }
}
