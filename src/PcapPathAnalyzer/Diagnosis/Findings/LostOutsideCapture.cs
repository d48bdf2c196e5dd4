using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary><c>lost-outside-capture</c>: the packets leave what was captured, and nothing here can tell what became of them: which capture would.</summary>
internal sealed class LostOutsideCapture : IFindingRule
{
    private static readonly FindingCode Kind = new("lost-outside-capture", "Lost outside the captures", "The packets left the captured part of the network and nothing came back.")
    {
        Severity = Severity.Warning,
        Explanation = "No capture covers the next place on the packets' way, so their absence proves nothing. One more capture at the named place decides whether they get there.",
        CheckNext = "The same traffic again, with a capture at the place that the finding names.",
        Reference = new Uri("https://www.tcpdump.org/manpages/tcpdump.1.html"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var open = evidence.Lost.Where(l => !l.HasArrived && HasPorts(l.Flow) && !FlowEvidence.IsGroup(l.Tuple.Destination) && NextPoint.Captured(evidence, l) is null);
        foreach (var group in open.GroupBy(l => (l.Last.Point, l.IsReply, NextPoint.Describe(evidence, l))))
        {
            var items = group.ToList();
            var flows = items.ConvertAll(i => i.Flow);
            var first = items[0];
            yield return new Finding
            {
                Code = Kind.Code,
                Severity = Severity.Warning,
                Namespace = first.Last.Point.Namespace,
                Message = $"{(first.IsReply ? $"the answers to {flows[0].Requested}" : $"{flows[0].Requested}")} were last seen at {first.Last.Point}; no capture shows what became of them beyond{Said(first)} ({FlowEvidence.Count(flows)})",
                Advice = $"Capture {group.Key.Item3} at the same time: that decides whether they get there.{NextPoint.CutShort(evidence, first)}{Foresight.Possible(evidence, first)}",
                Flows = flows,
                Evidence = evidence.LastFrames(items),
                Confidence = "possible",
            };
        }
    }

    // An ICMP error came back: who sent it knows why.
    private static string Said(LostPacket lost) =>
        lost.Flow.IcmpErrors.FirstOrDefault(e => e.IsReply) is { } error ? $", and {error.Sender} answers with ICMP type {error.Type} code {error.Code}" : "";

    // Later fragments alone belong to a packet that is elsewhere.
    private static bool HasPorts(Flow flow) => !flow.Protocol.HasPorts() || flow.Requested.DestinationPort != 0;
}
