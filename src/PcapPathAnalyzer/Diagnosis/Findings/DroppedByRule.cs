using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary>
/// <c>dropped-by-rule</c>, <c>rejected-by-rule</c>, <c>no-endpoints</c>, <c>invalid-conntrack-drop</c>: the packets were last seen entering a
/// namespace whose rules drop or reject them there, as they are or in the tunnel they travel in.
/// </summary>
internal sealed class DroppedByRule : IFindingRule
{
    private static readonly FindingCode Dropped = new("dropped-by-rule", "A rule drops the packets", "A firewall rule or a chain's policy in the dumps drops these packets where they were last seen.")
    {
        Severity = Severity.Error,
        Explanation = "The rules of the namespace, walked in the kernel's order with this packet, end at a DROP, and the packets were seen before it and not after it. The sender gets no answer and repeats until it times out.",
        CheckNext = "The rule's chain from the top; with NetworkPolicy, which policy selects the pod.",
        Reference = new Uri("https://man7.org/linux/man-pages/man8/iptables.8.html"),
    };

    private static readonly FindingCode Rejected = new("rejected-by-rule", "A rule rejects the packets", "A firewall rule in the dumps rejects these packets where they were last seen.")
    {
        Severity = Severity.Error,
        Explanation = "The rules of the namespace, walked in the kernel's order with this packet, end at a REJECT, which answers in the server's place with an ICMP error or a RST. The client fails at once, as if nobody listened.",
        CheckNext = "The rule's chain from the top; with NetworkPolicy, which policy selects the pod.",
        Reference = new Uri("https://man7.org/linux/man-pages/man8/iptables-extensions.8.html"),
    };

    private static readonly FindingCode NoEndpoints = new("no-endpoints", "A service without endpoints", "The service's address is rejected because no ready pod stands behind it.")
    {
        Severity = Severity.Error,
        Explanation = "kube-proxy rejects what is sent to a service that has no ready endpoint, and drops what a Local traffic policy finds no endpoint on this node for. Rule and comment name the service.",
        CheckNext = "kubectl get endpointslices for the service: no pod matches its selector, or none is ready.",
        Reference = new Uri("https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/#does-the-service-have-any-endpointslices"),
    };

    private static readonly FindingCode Invalid = new("invalid-conntrack-drop", "Dropped as conntrack-invalid", "A rule drops what connection tracking calls INVALID, and these packets were.")
    {
        Severity = Severity.Error,
        Explanation = "A node that did not see the SYN cannot place its SYN-ACK, and a segment outside the window cannot be placed either; kube-proxy's rules drop both as INVALID. Connections time out or are reset in the middle.",
        CheckNext = "Whether request and answer pass the same node, and conntrack -S (invalid); be_liberal only where routes cannot be made symmetric.",
        Reference = new Uri("https://kubernetes.io/blog/2019/03/29/kube-proxy-subtleties-debugging-an-intermittent-connection-reset/"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Dropped, Rejected, NoEndpoints, Invalid];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var blocked = evidence.Lost.Select(l => RuleBlock.Find(evidence, l)).OfType<RuleBlock>();
        foreach (var group in blocked.GroupBy(b => (b.Lost.Place, b.Verdict.Outcome.Deciding?.Location, b.Verdict.Table, b.Verdict.Chain)))
            yield return Report(evidence, [.. group]);
    }

    private static Finding Report(Evidence evidence, List<RuleBlock> blocks)
    {
        var block = blocks[0];
        var (lost, verdict) = (block.Lost, block.Verdict);
        var flows = blocks.ConvertAll(b => b.Lost.Flow);
        var rule = verdict.Outcome.Deciding;
        var code = Code(block);
        var citation = HopExplainer.Cite(verdict.Outcome) ?? (verdict.Policy is { } p ? new Citation(p.PolicyLine.Location, p.PolicyLine.Text) : null);
        var what = rule is null ? $"the policy of {verdict.Table} {verdict.Chain}" : $"a rule in {verdict.Table} {rule.Chain}{(Comment(block) is { } comment ? $" (\"{comment}\")" : "")}";
        return new Finding
        {
            Code = code,
            Severity = Severity.Error,
            Namespace = lost.Place.Name,
            Location = citation?.Location,
            Citation = citation,
            Message = code switch
            {
                "no-endpoints" => $"{flows[0].Asked()} has no {(IsLocalPolicy(block) ? "endpoint on this node" : "endpoints")}: {lost.Place.Name} {(verdict.Verdict == "REJECT" ? "rejects" : "drops")} it by {what} ({FlowEvidence.Count(flows)})",
                "invalid-conntrack-drop" => $"{lost.Place.Name} saw no SYN of {flows[0].Requested} and drops its SYN-ACK, which is INVALID to connection tracking there, by {what}; last seen at {lost.Last.Point} ({FlowEvidence.Count(flows)})",
                _ => $"{lost.Place.Name} {(verdict.Verdict == "REJECT" ? "rejects" : "drops")} {Packet(block)} by {what}; last seen at {lost.Last.Point} ({FlowEvidence.Count(flows)})",
            },
            Advice = code switch
            {
                "no-endpoints" when IsLocalPolicy(block) => "externalTrafficPolicy is Local and no ready pod of the service runs on this node: send to a node that has one (health check node port), or set the policy to Cluster.",
                "no-endpoints" => "kubectl get endpointslices for the service: no pod matches its selector, or none is ready.",
                "invalid-conntrack-drop" => "Request and answer take different nodes: make the routes symmetric. Only where that cannot be, set net.netfilter.nf_conntrack_tcp_be_liberal=1.",
                _ when block.Tuple != lost.Last.Tuple => "Allow the tunnel's packets between the nodes (for VXLAN the UDP port of the device in ip -d link), before any rule that drops.",
                _ => "Read the rule's chain from the top; with NetworkPolicy, see which policy selects this pod (kubectl get networkpolicy).",
            },
            Flows = flows,
            Evidence = evidence.LastFrames(blocks.ConvertAll(b => b.Lost)),
            Confidence = verdict.Outcome.IsCertain ? "proven" : "likely",
        };
    }

    private static string Code(RuleBlock block)
    {
        var rule = block.Verdict.Outcome.Deciding;
        if ((rule?.Comment is { } comment && comment.Contains("has no endpoints", StringComparison.Ordinal)) || IsLocalPolicy(block) || NoEndpointsElement(block) is not null)
            return "no-endpoints";
        if (block.IsInvalidDrop)
            return "invalid-conntrack-drop";
        return block.Verdict.Verdict == "REJECT" ? "rejected-by-rule" : "dropped-by-rule";
    }

    // pkg/proxy/iptables: "has no local endpoints", in older versions "has no local endpoints" behind a KUBE-XLB chain.
    private static bool IsLocalPolicy(RuleBlock block) =>
        block.Verdict.Outcome.Deciding?.Comment?.Contains("no local endpoints", StringComparison.Ordinal) == true || (NoEndpointsElement(block) is not null && block.Verdict.Verdict == "DROP");

    // pkg/proxy/nftables: services that have none anywhere are rejected, those that have none on this node dropped.
    private static RuleCitation? NoEndpointsElement(RuleBlock block) => block.Verdict.Outcome.Jumps.FirstOrDefault(static j => j.Map is "no-endpoint-services" or "no-endpoint-nodeports");

    private static string? Comment(RuleBlock block) => block.Verdict.Outcome.Deciding?.Comment ?? NoEndpointsElement(block)?.Comment;

    private static string Packet(RuleBlock block)
    {
        var flow = block.Lost.Flow;
        if (block.Tuple != block.Lost.Last.Tuple)
            return $"the tunnel's packets {block.Tuple} that carry {flow.Requested}";
        return block.Lost.IsReply ? $"the answers {block.Tuple} to {flow.Requested}" : $"{flow.Requested}";
    }
}
