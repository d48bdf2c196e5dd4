using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary>
/// <c>reply-from-other-address</c>: a host with several addresses answers a datagram from another one than was asked: its socket is bound to
/// none, so the kernel takes the address of the route back (ip(7), IP_PKTINFO). No translation is at work.
/// </summary>
internal sealed class ReplyFromOtherAddress : IFindingRule
{
    private static readonly FindingCode Kind = new("reply-from-other-address", "The answer comes from another address", "A host with several addresses was asked at one and answers from another, which the client does not expect.")
    {
        Severity = Severity.Error,
        Explanation = "A UDP socket that is bound to no address answers from whatever address the route back to the client prefers. A client that is connected to the address it asked drops such an answer and replies with ICMP port unreachable.",
        CheckNext = "Which address the server's socket is bound to (ss -lnu), and ip route get CLIENT on that host: its src is what the answer comes from.",
        Reference = new Uri("https://man7.org/linux/man-pages/man7/ip.7.html"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var byClient = evidence.Flows.Where(f => f.Protocol == IpProtocol.Udp).SelectMany(f => new[] { (Flow: f, Answer: f.Requested), (Flow: f, Answer: f.Requested.Reversed) })
            .ToLookup(x => (x.Answer.Destination, x.Answer.DestinationPort));
        var pairs = evidence.Flows.Where(f => f.Protocol == IpProtocol.Udp && f.Outcome == FlowOutcome.Unanswered && f.ServerNamespace is not null)
            .Select(f => (Flow: f, Answer: byClient[(f.Requested.Source, f.Requested.SourcePort)].FirstOrDefault(x => x.Flow != f && IsAnswer(evidence, f, x.Answer)))).Where(x => x.Answer.Flow is not null);
        foreach (var group in pairs.GroupBy(x => (x.Flow.ServerNamespace, Asked: Served(x.Flow).Destination, x.Answer.Answer.Source)))
        {
            var flows = group.SelectMany(x => new[] { x.Flow, x.Answer.Flow }).Distinct().ToList();
            yield return new Finding
            {
                Code = Kind.Code,
                Severity = Severity.Error,
                Namespace = group.Key.ServerNamespace!,
                Message = $"{group.Key.ServerNamespace} is asked at {group.Key.Asked} and answers {group.First().Flow.Requested} from {group.Key.Source}, another address of its own: the client does not take that for an answer ({FlowEvidence.Count(flows)})",
                Advice = "Bind the server's socket to the address that clients ask, or let it answer from the address each datagram was sent to (IP_PKTINFO).",
                Flows = flows,
                Evidence = [.. group.Take(3).SelectMany(x => x.Answer.Flow.Forward.Hops.Concat(x.Answer.Flow.Reply.Hops).Where(h => h.Tuple.Source == group.Key.Source).Take(1)).Select(FlowEvidence.Frame)],
            };
        }
    }

    private static FiveTuple Served(Flow flow) => flow.Served ?? flow.Requested;

    private static bool IsAnswer(Evidence evidence, Flow flow, FiveTuple answer) =>
        answer.SourcePort == Served(flow).DestinationPort && answer.Source != flow.Requested.Destination && evidence.Network.Owner(answer.Source) is { } owner && owner.Name == flow.ServerNamespace;
}
