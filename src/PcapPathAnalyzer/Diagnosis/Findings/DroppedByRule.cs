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
        var blocked = evidence.Flows.Where(f => f.Failed()).Select(f => (Flow: f, Block: Look(f))).Where(x => x.Block is not null);
        foreach (var group in blocked.GroupBy(x => (x.Block!.Place, x.Block.Verdict.Outcome.Deciding?.Location, x.Block.Verdict.Table, x.Block.Verdict.Chain)))
        {
            var items = group.ToList();
            yield return Report(evidence, items[0].Block!, items.ConvertAll(i => i.Flow), items[0].Flow);
        }
    }

    private static Finding Report(Evidence evidence, Block block, List<Flow> flows, Flow first)
    {
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
            Evidence = [.. flows.Take(4).Select(f => evidence.LastFrame(Lost(f).Transmissions.First(t => !t.IsIcmpError)))],
            Confidence = verdict.Outcome.IsCertain ? "proven" : "likely",
        };
    }

    private static FlowDirection Lost(Flow f) => f.Reply.Packets > 0 ? f.Reply : f.Forward;

    private static Block? Look(Flow flow)
    {
        var direction = Lost(flow);
        if (direction.Farthest(_ => true) is not { } last || last.Point.Home is not { } home || last.IsTunnelled)
            return null;
        var node = Entered(last, home);
        if (node is null)
            return null;
        var isReply = ReferenceEquals(direction, flow.Reply);
        var packet = new PacketState
        {
            Tuple = last.Tuple,
            In = Ingress(last, node),
            ConntrackState = isReply ? "ESTABLISHED" : "NEW",
            TcpFlags = (int)direction.Transmissions.First(t => !t.IsIcmpError).TcpFlags & 255,
            IsDestinationTranslated = last.Tuple.Destination != flow.Requested.Destination,
        };
        var verdicts = new Firewall(node).Forward(packet, isTranslated: packet.IsDestinationTranslated || isReply).ToList();
        var bad = verdicts.Find(v => v.Verdict is "DROP" or "REJECT");
        if (bad is null)
            return null;
        // A branch that would have let it pass leaves the question open, unless this branch is the only one to fit what was seen.
        if (verdicts.Exists(v => v.Verdict is not ("DROP" or "REJECT")) && !bad.Outcome.IsCertain)
            return null;
        return new Block(node, last, bad);
    }

    // The namespace the packet was about to pass: the node, when it comes from a pod's interface or was seen on a device of the node.
    private static NetworkNamespace? Entered(Hop last, NetworkNamespace home) => home.IsNode ? home : last.Point.Device?.Peer?.Namespace ?? home.Node;

    private static string? Ingress(Hop last, NetworkNamespace node)
    {
        var device = last.Point.Home == node ? last.Point.Device : last.Point.Device?.Peer;
        return device?.Master?.Name ?? device?.Name ?? last.Point.Interface;
    }

    private sealed record Block(NetworkNamespace Place, Hop Last, FirewallVerdict Verdict);
}
