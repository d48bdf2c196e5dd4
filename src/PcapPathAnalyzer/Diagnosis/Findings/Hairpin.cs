using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary>
/// <c>hairpin</c>: a pod calls a service and is translated to itself. The bridge must send the packet back out of the port it came in by
/// (hairpin mode), and its source must be masqueraded, or the pod drops a packet that seems to come from itself.
/// </summary>
internal sealed class Hairpin : IFindingRule
{
    private static readonly FindingCode Kind = new("hairpin", "A packet would have to leave by the port it came from", "A bridge does not send a frame back out of the port it came in by unless that port is in hairpin mode.")
    {
        Severity = Severity.Error,
        Explanation = "A pod that calls its own service may be translated to itself, so the bridge must send the frame back out of the port it came in by, and its source must be masqueraded. Without hairpin mode the frame is dropped; without masquerading the pod drops a packet that claims to come from itself.",
        CheckNext = "The port's hairpin mode (bridge -d link), hairpinMode in the CNI configuration, and KUBE-MARK-MASQ in the endpoint's chain.",
        Reference = new Uri("https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/#a-pod-fails-to-reach-itself-via-the-service-ip"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var own = evidence.Flows.Where(f => f.Failed() && f.ClientNamespace is not null && f.ClientNamespace == f.ServerNamespace
            && f.Served is { } s && s.Destination != f.Requested.Destination && s.Destination == f.Requested.Source);
        foreach (var group in own.GroupBy(f => (f.ClientNamespace!, CameBack(f))))
        {
            var flows = group.ToList();
            var (pod, cameBack) = group.Key;
            var port = Port(evidence, pod);
            var off = port?.Link.BridgePort is { Hairpin: false };
            var rule = flows[0].Forward.Hops.SelectMany(h => h.Actions).FirstOrDefault(a => a.Name == "dnat")?.Citation;
            yield return new Finding
            {
                Code = Kind.Code,
                Severity = Severity.Error,
                Namespace = port?.Namespace.Name ?? pod,
                Location = cameBack ? rule?.Location : off ? port!.Link.Location : null,
                Citation = rule,
                Message = cameBack
                    ? $"{pod} calls {flows[0].Asked()}, is translated to itself, and gets its own packets back with its own source address {flows[0].Requested.Source}: they were not masqueraded, and a host drops what claims to come from itself ({FlowEvidence.Count(flows)})"
                    : $"{pod} calls {flows[0].Asked()} and is translated to itself; the packets do not come back out of {port?.Name ?? "its port"}{(off ? $": hairpin mode is off ({port!.Link.Location})" : "")} ({FlowEvidence.Count(flows)})",
                Advice = cameBack
                    ? "kube-proxy marks such traffic with KUBE-MARK-MASQ in the endpoint's chain (-s POD/32): see why the rule is missing, or masqueradeAll."
                    : "Set hairpin mode on the port (bridge link set dev PORT hairpin on; hairpinMode in the CNI configuration), or the bridge to promiscuous-bridge mode.",
                Flows = flows,
                Evidence = [.. flows.Take(4).SelectMany(f => f.Forward.Hops.TakeLast(1)).Select(FlowEvidence.Frame)],
                Confidence = cameBack || off ? "proven" : "likely",
            };
        }
    }

    // Seen again on the pod's side with the translated destination.
    private static bool CameBack(Flow f) =>
        f.Forward.Hops.Any(h => h.Point.Namespace == f.ClientNamespace && h.Tuple.Destination == f.Requested.Source)
        || f.Forward.Hops.Any(h => h.Point.Device?.Peer?.Namespace.Name == f.ClientNamespace && h.Tuple.Destination == f.Requested.Source);

    private static NetworkInterface? Port(Evidence evidence, string pod) =>
        evidence.Network.Find(pod)?.Interfaces.FirstOrDefault(i => i.Peer is not null)?.Peer;
}
