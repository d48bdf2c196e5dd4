using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary>
/// <c>connection-refused</c>: the server's own kernel answered that nobody listens, with RST (RFC 9293 section 3.10.7.1) or ICMP
/// port unreachable (RFC 1122 section 4.1.3.1).
/// </summary>
internal sealed class ConnectionRefused : IFindingRule
{
    private static readonly FindingCode Kind = new("connection-refused", "The server refused", "A RST or an ICMP port unreachable answers the request: nothing listens there, or it may not be reached.")
    {
        Severity = Severity.Error,
        Explanation = "A host answers a SYN to a port without a listener with RST, and a datagram with ICMP port unreachable. The network works in both directions; the application does not run, or listens on another address or port.",
        CheckNext = "The listening sockets in the server's namespace (ss -lntup), and the targetPort of the service.",
        Reference = new Uri("https://www.rfc-editor.org/rfc/rfc9293#section-3.10.7.1"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var refused = evidence.Flows.Where(f => f.Outcome == FlowOutcome.Refused).Select(f => (Flow: f, Place: RefusedAt(evidence, f))).Where(x => x.Place is not null);
        foreach (var group in refused.GroupBy(x => (Namespace: x.Place!, x.Flow.Protocol, Server: Server(x.Flow))))
        {
            var flows = group.Select(x => x.Flow).ToList();
            var (ns, protocol, (address, port)) = group.Key;
            var endpoint = FlowEvidence.Endpoint(protocol, address, port);
            var home = evidence.Network.Find(ns);
            var listener = Listeners.At(home, protocol, port);
            yield return new Finding
            {
                Code = Kind.Code,
                Severity = Severity.Error,
                Namespace = ns,
                Location = listener?.Location,
                Message = $"{ns} refuses {protocol.Keyword()} {endpoint}: {Why(listener, address, Listeners.AreNone(home, protocol, port))} ({FlowEvidence.Count(flows)})",
                Advice = "Check that the application runs, on which address and port it listens (ss -lntup), and the targetPort of the service.",
                Flows = flows,
                Evidence = [.. flows.Take(3).SelectMany(f => Answer(evidence, f)).Take(4)],
            };
        }
    }

    // Where the answer came from: the server's own namespace, also where it was not captured and the dumps say that the address is there; where it
    // was captured and does not show the answer, the first point that does.
    private static string? RefusedAt(Evidence evidence, Flow f)
    {
        var first = f.Reply.Hops is [var hop, ..] ? hop.Point.Namespace : null;
        if (f.ServerNamespace is not { } server || f.Reply.Hops.Any(h => h.Point.Namespace == server))
            return f.ServerNamespace ?? first;
        return evidence.Network.Owner(Server(f).Item1)?.Name == server && !evidence.CapturePoints.Any(p => p.Namespace == server && p.Device is not { IsLoopback: true }) ? server : first;
    }

    private static (IpAddress, int) Server(Flow f) => f.Served is { } s ? (s.Destination, s.DestinationPort) : (f.Requested.Destination, f.Requested.DestinationPort);

    private static string Why(SocketRecord? listener, IpAddress address, bool areNone)
    {
        if (listener is not null)
            return listener.Local == address || listener.LocalIsWildcard || listener.Local.IsUnspecified ? "a socket listens there in the dump, which was taken later or earlier" : $"the socket listens on {listener.Local} only";
        return areNone ? "no socket listens there in the dump either" : "nobody listens";
    }

    private static IEnumerable<FrameLocation> Answer(Evidence evidence, Flow f) =>
        f.Reply.Transmissions.Where(t => t.IsIcmpError || (t.TcpFlags & TcpFlags.Rst) != 0).Take(1).SelectMany(t => evidence.Frames(t).Take(1));
}
