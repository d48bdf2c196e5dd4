using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary><c>retransmissions</c>: segments had to be sent again on connections that work, and between which points the first copies vanished.</summary>
internal sealed class Retransmissions : IFindingRule
{
    private static readonly FindingCode Kind = new("retransmissions", "Packets were sent again", "TCP sent the same bytes more than once: packets were lost or late.")
    {
        Severity = Severity.Warning,
        IsSymptom = true,
        Explanation = "A segment that is not acknowledged in time is sent again, and the copies that were seen show between which points the first one vanished. Connections work and are slow.",
        CheckNext = "The counters of the interfaces between the two points: ip -s link, ethtool -S, tc -s qdisc.",
        Reference = new Uri("https://www.rfc-editor.org/rfc/rfc6298"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var flows = evidence.Flows.Where(f => f.Protocol == IpProtocol.Tcp && !f.Failed() && f.Retransmissions > 0).ToList();
        var losses = flows.SelectMany(Vanished.Of).GroupBy(l => (From: l.From.Point, To: l.To.Point));
        foreach (var group in losses.OrderByDescending(g => g.Count()))
        {
            var here = group.Select(l => l.Flow).Distinct().ToList();
            yield return new Finding
            {
                Code = Kind.Code,
                Severity = Severity.Warning,
                Namespace = group.Key.From.Namespace,
                Message = $"{group.Count()} segment(s) were seen at {group.Key.From} and not at {group.Key.To}, and had to be sent again ({FlowEvidence.Count(here)}): packets are lost between the two",
                Advice = "Look at the counters of the interfaces between these points (ip -s link, ethtool -S, tc -s qdisc).",
                Flows = here,
                Evidence = [.. group.Take(4).Select(l => evidence.LastFrame(l.Packet))],
            };
        }
    }
}
