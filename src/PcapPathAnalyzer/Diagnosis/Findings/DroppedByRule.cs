using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary>
/// <c>dropped-by-rule</c>, <c>rejected-by-rule</c>, <c>no-endpoints</c>: the packets were last seen entering a namespace whose rules drop or
/// reject them there.
/// </summary>
internal sealed class DroppedByRule : IFindingRule
{
    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var blocked = evidence.Lost.Select(l => (Lost: l, Block: Look(l))).Where(x => x.Block is not null);
        foreach (var group in blocked.GroupBy(x => (x.Block!.Place, x.Block.Verdict.Outcome.Deciding?.Location, x.Block.Verdict.Table, x.Block.Verdict.Chain)))
        {
            var items = group.ToList();
            yield return Report(evidence, items[0].Block!, items.ConvertAll(i => i.Lost));
        }
    }

    private static Finding Report(Evidence evidence, Block block, List<LostPacket> lost)
    {
        var flows = lost.ConvertAll(l => l.Flow);
        var first = flows[0];
        var verdict = block.Verdict;
        var rejects = verdict.Verdict == "REJECT";
        var rule = verdict.Outcome.Deciding;
        var noEndpoints = rejects && rule?.Comment?.Contains("has no endpoints", StringComparison.Ordinal) == true;
        var citation = HopExplainer.Cite(verdict.Outcome) ?? (verdict.Policy is { } p ? new Citation(p.Location, $":{p.Name} {p.Policy}") : null);
        var what = rule is null ? $"the policy of {verdict.Table} {verdict.Chain}" : $"a rule in {verdict.Table} {rule.Chain}{(rule.Comment is null ? "" : $" (\"{rule.Comment}\")")}";
        return new Finding
        {
            Code = noEndpoints ? "no-endpoints" : rejects ? "rejected-by-rule" : "dropped-by-rule",
            Severity = Severity.Error,
            Namespace = block.Place.Name,
            Location = citation?.Location,
            Citation = citation,
            Message = noEndpoints
                ? $"{first.Asked()} has no endpoints: {block.Place.Name} rejects it by {what} ({FlowEvidence.Count(flows)})"
                : $"{block.Place.Name} {(rejects ? "rejects" : "drops")} {first.Requested} by {what}; last seen at {block.Last.Point} ({FlowEvidence.Count(flows)})",
            Advice = noEndpoints
                ? "kubectl get endpointslices for the service: no pod matches its selector, or none is ready."
                : "Read the rule's chain from the top; with NetworkPolicy, see which policy selects this pod (kubectl get networkpolicy).",
            Flows = flows,
            Evidence = [.. lost.Take(4).Select(l => evidence.LastFrame(l.Direction.Transmissions.First(t => !t.IsIcmpError)))],
            Confidence = verdict.Outcome.IsCertain ? "proven" : "likely",
        };
    }

    private static Block? Look(LostPacket lost)
    {
        var last = lost.Last;
        if (last.IsTunnelled)
            return null;
        var packet = new PacketState
        {
            Tuple = last.Tuple,
            In = lost.Ingress,
            ConntrackState = lost.IsReply ? "ESTABLISHED" : "NEW",
            TcpFlags = (int)lost.Direction.Transmissions.First(t => !t.IsIcmpError).TcpFlags & 255,
            IsDestinationTranslated = last.Tuple.Destination != lost.Flow.Requested.Destination,
        };
        var verdicts = new Firewall(lost.Place).Forward(packet, isTranslated: packet.IsDestinationTranslated || lost.IsReply).ToList();
        var bad = verdicts.Find(v => v.Verdict is "DROP" or "REJECT");
        // A branch that would have let it pass leaves the question open.
        if (bad is null || (verdicts.Exists(v => v.Verdict is not ("DROP" or "REJECT")) && !bad.Outcome.IsCertain))
            return null;
        return new Block(lost.Place, last, bad);
    }

    private sealed record Block(NetworkNamespace Place, Hop Last, FirewallVerdict Verdict);
}
