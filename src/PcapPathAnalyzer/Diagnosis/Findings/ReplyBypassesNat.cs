using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary>
/// <c>reply-bypasses-nat</c>: the request was translated and the answer reaches the client with the server's own address, because
/// it took a way around the conntrack entry: bridged on one node with bridge-nf-call-iptables off, or another route back.
/// </summary>
internal sealed class ReplyBypassesNat : IFindingRule
{
    private static readonly FindingCode Kind = new("reply-bypasses-nat", "The reply was not translated back", "The request was translated and the answer reaches the client with an address the client never asked.")
    {
        Severity = Severity.Error,
        Explanation = "Only the node that translated the request can translate its answer back, and this answer does not pass its connection tracking: it is bridged past iptables, or takes another way. The client answers the unknown SYN-ACK with RST and times out.",
        CheckNext = "net.bridge.bridge-nf-call-iptables on the node, and the route that the answer takes.",
        Reference = new Uri("https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/network-plugins/"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        foreach (var group in evidence.Flows.Where(f => f.Failed() && Untranslated(f) is not null).GroupBy(f => (Place: Place(evidence, f), f.Requested.Destination, f.Requested.DestinationPort)))
        {
            var flows = group.ToList();
            var first = flows[0];
            var seen = Untranslated(first)!;
            var ns = evidence.Network.Find(group.Key.Place);
            var sysctl = ns?.Sysctls.GetValueOrDefault("net.bridge.bridge-nf-call-iptables");
            var bridged = ns is not null && IsBridged(first, ns);
            yield return new Finding
            {
                Code = Kind.Code,
                Severity = Severity.Error,
                Namespace = group.Key.Place,
                Location = sysctl?.Value == "0" ? sysctl.Location : null,
                Message = $"the client asked {first.Asked()} and is answered by {FlowEvidence.Endpoint(first.Protocol, seen.Tuple.Source, seen.Tuple.SourcePort)}: the reply was not translated back{(bridged ? $" (it is bridged from pod to pod, past iptables{(sysctl?.Value == "0" ? ", bridge-nf-call-iptables is 0" : "")})" : "")}; the client knows no such connection ({FlowEvidence.Count(flows)})",
                Advice = bridged
                    ? "Load br_netfilter and set net.bridge.bridge-nf-call-iptables=1 on the node."
                    : "Find the route the reply takes: it must pass the node that translated the request.",
                Flows = flows,
                Evidence = [.. flows.Take(3).SelectMany(f => f.Reply.Transmissions.Where(t => t.Hops.Contains((ushort)Untranslated(f)!.Number)).Take(1).Select(evidence.LastFrame))],
            };
        }
    }

    // The reply as it arrives in the client's namespace, from another endpoint than was asked.
    private static Hop? Untranslated(Flow f)
    {
        if (f.ClientNamespace is null || !f.Forward.Hops.Any(h => h.Tuple.Destination != f.Requested.Destination || h.Tuple.DestinationPort != f.Requested.DestinationPort))
            return null;
        return f.Reply.Hops.FirstOrDefault(h => IsAtClient(h.Point, f.ClientNamespace) && !h.IsTunnelled && h.Tuple.Destination == f.Requested.Source
            && (h.Tuple.Source != f.Requested.Destination || h.Tuple.SourcePort != f.Requested.DestinationPort)
            && f.Reply.Transmissions.Any(t => !t.IsIcmpError && t.Hops.Contains((ushort)h.Number) && (f.Protocol != Primitives.IpProtocol.Tcp || t.Is(TcpFlags.Syn, TcpFlags.Syn) || t.PayloadLength > 0)));
    }

    // In its namespace, or on the host's end of its veth pair.
    private static bool IsAtClient(CapturePoint point, string client) => point.Namespace == client || point.Device?.Peer?.Namespace.Name == client;

    // The node that should have translated back: the one that translated there.
    private static string Place(Evidence evidence, Flow f)
    {
        var translated = f.Forward.Hops.FirstOrDefault(h => h.Tuple.Destination != f.Requested.Destination || h.Tuple.DestinationPort != f.Requested.DestinationPort);
        return translated?.Point.Home?.Node.Name ?? evidence.Network.Find(f.ClientNamespace!)?.Node.Name ?? f.ClientNamespace!;
    }

    private static bool IsBridged(Flow f, NetworkNamespace node)
    {
        NetworkInterface? Port(string? ns) => node.Interfaces.FirstOrDefault(i => i.Peer?.Namespace.Name == ns && ns is not null);
        return Port(f.ClientNamespace)?.Master is { } a && Port(f.ServerNamespace)?.Master == a;
    }
}
