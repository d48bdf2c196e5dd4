using PcapPathAnalyzer.Checks;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Topology;
using PcapPathAnalyzer.Topology.Services;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary>
/// <c>service-missing</c>, <c>endpoints-differ</c>: a node's rules do not know a service, or know other endpoints of it, than another node's,
/// and traffic failed on that node.
/// </summary>
internal sealed class ServiceRules : IFindingRule
{
    private static readonly FindingCode Missing = new("service-missing", "A node does not know a service", "The client's node has no rule for a service that another node's rules know, so its address is not translated.")
    {
        Severity = Severity.Error,
        Explanation = "Each node translates a service's address by rules of its own, and this node has none for it while another has. The packets leave with the virtual address as their destination, which no host has.",
        CheckNext = "kube-proxy on this node: whether it runs, its log, and whether it reaches the API server.",
        Reference = new Uri("https://kubernetes.io/docs/reference/networking/virtual-ips/"),
    };

    private static readonly FindingCode Differ = new("endpoints-differ", "Nodes know different endpoints", "A service has other endpoints in this node's rules than in another's, and traffic to one that only this node knows failed.")
    {
        Severity = Severity.Warning,
        Explanation = "Each node's rules are written from the same EndpointSlices, so a difference that stays means that one node's rules are out of date. Clients on that node are sent to pods that are gone, or never to new ones.",
        CheckNext = "kube-proxy on the node that differs: whether it runs, its log (sync errors), and the age of its rules.",
        Reference = new Uri("https://kubernetes.io/docs/reference/networking/virtual-ips/"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Differ, Missing];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var dumps = new DumpNetwork(evidence.Network, []);
        return NotKnown(evidence, dumps).Concat(Different(evidence, dumps));
    }

    private static IEnumerable<Finding> NotKnown(Evidence evidence, DumpNetwork dumps)
    {
        var lost = evidence.Lost.Where(l => l is { IsReply: false, Stage: LossStage.Received or LossStage.Sent or LossStage.Encapsulating } && l.Last.Tuple == l.Flow.Requested)
            .Select(l => (Lost: l, Service: Elsewhere(dumps, l))).Where(x => x.Service is not null);
        foreach (var group in lost.GroupBy(x => (Node: Translator(x.Lost), x.Service!.Address, x.Service.Port, x.Service.Protocol)))
        {
            var items = group.Select(x => x.Lost).ToList();
            var flows = items.ConvertAll(i => i.Flow);
            var service = group.First().Service!;
            var list = dumps.ServiceList(group.Key.Node);
            yield return new Finding
            {
                Code = Missing.Code,
                Severity = Severity.Error,
                Namespace = group.Key.Node.Name,
                Location = list ?? service.Location,
                Message = $"{group.Key.Node} has no rule for {service.Name ?? "the service"} {flows[0].Asked()}, which {service.Namespace} has ({service.Location}): it is not translated, and last seen at {items[0].Last.Point} ({FlowEvidence.Count(flows)})",
                Advice = $"kube-proxy of {group.Key.Node} did not write the rules that {service.Namespace} has: see whether it runs, and its log.",
                Flows = flows,
                Evidence = evidence.LastFrames(items),
            };
        }
    }

    private static IEnumerable<Finding> Different(Evidence evidence, DumpNetwork dumps)
    {
        foreach (var remark in new ServiceEndpoints().Find(dumps).Where(r => r.Problem.Code == Differ.Code))
        {
            // Differences that no failed flow met are for `check`.
            if (!evidence.Lost.Any(l => !l.IsReply && dumps.Services.Any(s => s.Location == remark.Problem.Location && s.Address == l.Flow.Requested.Destination && s.Port == l.Flow.Requested.DestinationPort)))
                continue;
            yield return new Finding
            {
                Code = Differ.Code,
                Severity = Severity.Warning,
                Namespace = remark.Namespace,
                Location = remark.Problem.Location,
                Message = remark.Problem.Message,
                Advice = $"Compare the rules with kubectl get endpointslices; kube-proxy of {remark.Namespace} may hang (kubectl logs, its sync metrics).",
                Confidence = "likely",
            };
        }
    }

    // The first node on the way translates; where the packet was seen farther on, that one did not.
    private static NetworkNamespace Translator(LostPacket lost) => lost.Direction.Hops.Select(h => h.Point.Home?.Node).OfType<NetworkNamespace>().FirstOrDefault() ?? lost.Place.Node;

    private static ServiceEntry? Elsewhere(DumpNetwork dumps, LostPacket lost)
    {
        var node = Translator(lost);
        var (address, port, protocol) = (lost.Flow.Requested.Destination, lost.Flow.Requested.DestinationPort, lost.Flow.Protocol);
        if (node.Tables.Count + node.NftTables.Count == 0 || node.Tables.Any(t => t.IsCut) || node.NftTables.Any(t => t.IsCut) || dumps.ServicesOf(node).Contains((address, port, protocol)) || PredictedDestination.Of(node, lost.Flow.Requested, "any").Count > 0)
            return null;
        return dumps.Services.FirstOrDefault(s => s.Namespace.Node != node && s.Namespace.IsNode && s.Address == address && s.Port == port && s.Protocol == protocol);
    }
}
