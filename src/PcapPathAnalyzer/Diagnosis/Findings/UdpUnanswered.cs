using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary><c>udp-unanswered</c>: datagrams reached the server's own interface and nothing came back, not even an ICMP error.</summary>
internal sealed class UdpUnanswered : IFindingRule
{
    private static readonly FindingCode Kind = new("udp-unanswered", "Datagrams without an answer", "Requests over UDP got no reply as far as the captures show.")
    {
        Severity = Severity.Warning,
        Explanation = "The datagrams reach the server's own interface, and nothing comes back, not even an ICMP error. One-way protocols are like this; otherwise the application does not read its socket or does not answer.",
        CheckNext = "Recv-Q of ss -lnu in the server's namespace, and the application's log.",
        Reference = new Uri("https://www.rfc-editor.org/rfc/rfc8085#section-3.1"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var silent = evidence.Flows.Where(f => f.Protocol == IpProtocol.Udp && f.Outcome == FlowOutcome.Unanswered && f.Requested.DestinationPort != 0 && f.ServerNamespace is { } server
            && f.Forward.Hops.Any(h => h.Point.Namespace == server));
        foreach (var group in silent.GroupBy(f => (f.ServerNamespace!, f.Served?.Destination ?? f.Requested.Destination, f.Served?.DestinationPort ?? f.Requested.DestinationPort)))
        {
            var flows = group.ToList();
            var (ns, address, port) = group.Key;
            var nobody = Listeners.AreNone(evidence.Network.Find(ns), IpProtocol.Udp, port);
            yield return new Finding
            {
                Code = Kind.Code,
                Severity = Severity.Warning,
                Namespace = ns,
                Message = $"datagrams to udp {FiveTuple.Endpoint(address, port)} arrive in {ns} and are not answered{(nobody ? "; no socket waits for them in the dump" : "")} ({FlowEvidence.Count(flows)})",
                Advice = nobody
                    ? "Check that the application runs, on which address and port it listens (ss -lnup), and the targetPort of the service. The kernel's answer, ICMP port unreachable, was not captured, was cut by the snap length, or was held back by its rate limit."
                    : "One-way protocols (syslog, statsd) are like this. Otherwise see whether the application reads its socket: Recv-Q of ss -lnu, and its log.",
                Flows = flows,
                Evidence = [.. flows.Take(3).SelectMany(f => f.Forward.Hops.TakeLast(1)).Select(FlowEvidence.Frame)],
                Confidence = nobody ? "likely" : "possible",
            };
        }
    }
}
