using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary><c>connection-reset</c>: a RST ended an established connection that neither side had closed; who sent it, and whether that was one of its ends.</summary>
internal sealed class ConnectionReset : IFindingRule
{
    private static readonly FindingCode Kind = new("connection-reset", "A connection was reset", "A RST ended an established connection; the finding names where it was first seen.")
    {
        Severity = Severity.Warning,
        Explanation = "An application that closes with data unread or with SO_LINGER of zero sends RST, and so does a host that gets a segment of a connection it does not know. A RST that was seen first in the middle of the way comes from a firewall, a proxy or a conntrack entry that is gone.",
        CheckNext = "The log of the application on the side that sent it; for a RST from between, the rules and the idle timeouts of what lies there.",
        Reference = new Uri("https://www.rfc-editor.org/rfc/rfc9293#section-3.5.2"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var resets = evidence.Flows.Where(f => f.Protocol == IpProtocol.Tcp && f.Outcome == FlowOutcome.Reset).Select(f => (Flow: f, By: First(f))).Where(x => x.By is not null);
        foreach (var group in resets.GroupBy(x => (x.By!.IsReply, Place: Place(x.Flow, x.By).Namespace, FromBetween: IsFromBetween(x.Flow, x.By), Early: IsEarly(x.Flow), x.Flow.Requested.Destination, x.Flow.Requested.DestinationPort)))
        {
            var flows = group.Select(x => x.Flow).ToList();
            var (isReply, place, between, early, _, _) = group.Key;
            var side = isReply ? "server" : "client";
            yield return new Finding
            {
                Code = Kind.Code,
                // Closing with RST once data was exchanged is how load balancers' probes and some clients end.
                Severity = between || early ? Severity.Warning : Severity.Info,
                Namespace = place,
                Message = $"{flows[0].Requested} was reset {(between ? $"by a RST in the {side}'s name that was first seen in {place}, not at the {side}" : $"by the {side} ({place})")}{(early ? ", before it answered a request" : "")} ({FlowEvidence.Count(flows)})",
                Advice = between ? $"Look in {place}, and at what is before it, for rules that reject with tcp-reset, proxies, and conntrack entries that are gone." : $"See the log of the application at the {side}: it closed with data unread, or does not know the connection.",
                Flows = flows,
                Evidence = [.. group.Take(4).Select(x => evidence.Frames(x.By!).First())],
                Confidence = "likely",
            };
        }
    }

    private static Transmission? First(Flow f) => f.Forward.Transmissions.Concat(f.Reply.Transmissions).Where(t => t.Is(TcpFlags.Rst, TcpFlags.Rst)).MinBy(t => t.Time);

    private static CapturePoint Place(Flow f, Transmission t) => (t.IsReply ? f.Reply : f.Forward).Hops[t.Hops[0] - 1].Point;

    // Its sender's own end was captured and shows other packets of that side, and not this one.
    private static bool IsFromBetween(Flow f, Transmission reset)
    {
        var direction = reset.IsReply ? f.Reply : f.Forward;
        var end = reset.IsReply ? f.ServerNamespace : f.ClientNamespace;
        return end is not null && Place(f, reset).Namespace != end && direction.Hops.Any(h => h.Point.Namespace == end);
    }

    private static bool IsEarly(Flow f) => !f.Reply.Transmissions.Any(t => t.PayloadLength > 0);
}
