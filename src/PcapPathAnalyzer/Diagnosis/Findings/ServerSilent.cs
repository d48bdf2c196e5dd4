using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary><c>server-silent</c>: a SYN or an echo request reached the host it was for, and that host's own kernel answers nothing.</summary>
internal sealed class ServerSilent : IFindingRule
{
    private static readonly FindingCode Kind = new("server-silent", "The server's host does not answer", "The requests reach the server's own interface and its kernel answers neither with SYN-ACK nor with RST.")
    {
        Severity = Severity.Error,
        Explanation = "A kernel answers every SYN to one of its ports, unless the listening socket's queues are full, a rule or a filter in that namespace drops it, or the checksum is wrong. The network works up to this host; the application accepts too slowly, or something in its namespace takes the packets.",
        CheckNext = "Recv-Q against Send-Q of the listening socket (ss -lnt), nstat -az TcpExtListenOverflows TcpExtListenDrops, and rules inside the namespace.",
        Reference = new Uri("https://man7.org/linux/man-pages/man2/listen.2.html"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var silent = evidence.Lost.Where(l => l is { HasArrived: true, IsReply: false } && l.Flow.Outcome == FlowOutcome.Unanswered && IsAsking(l));
        foreach (var group in silent.GroupBy(l => (l.Place, l.Flow.Protocol, l.Last.Tuple.Destination, l.Last.Tuple.DestinationPort)))
        {
            var items = group.ToList();
            var flows = items.ConvertAll(i => i.Flow);
            var (place, protocol, address, port) = group.Key;
            var listener = Listeners.At(place, protocol, port);
            yield return new Finding
            {
                Code = Kind.Code,
                Severity = Severity.Error,
                Namespace = place.Name,
                Location = listener?.Location,
                Message = $"{protocol.Keyword()} requests to {FlowEvidence.Endpoint(protocol, address, port)} arrive in {place} and its kernel answers nothing{(listener is null ? "" : $", although a socket listens ({listener.Location})")} ({FlowEvidence.Count(flows)})",
                Advice = listener is null ? "See the rules inside the namespace (nft list ruleset, tc filters, eBPF), and whether the socket's queue is full (ss -lnt)." : "Recv-Q of the listening socket at or above its Send-Q (ss -lnt) means that the application does not accept; see nstat -az TcpExtListenOverflows.",
                Flows = flows,
                Evidence = evidence.LastFrames(items),
                Confidence = "likely",
            };
        }
    }

    // What a kernel must answer: SYN, and echo requests; of other ICMP messages, and of those cut before their type, nobody can tell.
    private static bool IsAsking(LostPacket lost) => lost.Flow.Protocol switch
    {
        IpProtocol.Tcp => true,
        IpProtocol.Icmp => lost.Packets.Any(t => t.Observations[0].IcmpTypeCode >> 8 == 8),
        IpProtocol.Icmpv6 => lost.Packets.Any(t => t.Observations[0].IcmpTypeCode >> 8 == 128),
        _ => false,
    };
}
