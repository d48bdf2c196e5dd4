using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary><c>lost-outside-capture</c>: the packets leave what was captured, and nothing here can tell what became of them: which capture would.</summary>
internal sealed class LostOutsideCapture : IFindingRule
{
    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var open = evidence.Lost.Where(l => !l.HasArrived && HasPorts(l.Flow) && !IsGroup(l.Tuple.Destination) && NextPoint.Captured(evidence, l) is null);
        foreach (var group in open.GroupBy(l => (l.Last.Point, l.IsReply, NextPoint.Describe(evidence, l))))
        {
            var items = group.ToList();
            var flows = items.ConvertAll(i => i.Flow);
            var first = items[0];
            yield return new Finding
            {
                Code = "lost-outside-capture",
                Severity = Severity.Warning,
                Namespace = first.Last.Point.Namespace,
                Message = $"{(first.IsReply ? $"the answers to {flows[0].Requested}" : $"{flows[0].Requested}")} were last seen at {first.Last.Point}; no capture shows what became of them beyond ({FlowEvidence.Count(flows)})",
                Advice = $"Capture {group.Key.Item3} at the same time: that decides whether they get there.",
                Flows = flows,
                Evidence = evidence.LastFrames(items),
                Confidence = "possible",
            };
        }
    }

    // Later fragments alone belong to a packet that is elsewhere.
    private static bool HasPorts(Flow flow) => !flow.Protocol.HasPorts() || flow.Requested.DestinationPort != 0;

    private static bool IsGroup(IpAddress address) => address.IsMulticast || address.IsLimitedBroadcast;
}
