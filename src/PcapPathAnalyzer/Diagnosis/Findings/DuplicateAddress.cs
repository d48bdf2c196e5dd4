using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary><c>duplicate-address</c>: one address on interfaces of two namespaces that can reach each other.</summary>
internal sealed class DuplicateAddress : IFindingRule
{
    private static readonly FindingCode Kind = new("duplicate-address", "An address is used twice", "Two interfaces have the same address: neighbours learn now one, now the other.")
    {
        Severity = Severity.Error,
        Explanation = "Both holders answer ARP for the address, and a neighbour keeps the answer that it got last. Connections reach now one and now the other, and what the wrong one gets it answers with RST or not at all.",
        CheckNext = "Which of the two was given the address wrongly: a static address inside the pool, a restored machine, two IPAM stores for one range.",
        Reference = new Uri("https://www.rfc-editor.org/rfc/rfc5227"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence) => ByDumps(evidence).Concat(ByAnswers(evidence));

    private static IEnumerable<Finding> ByDumps(Evidence evidence)
    {
        var addresses = evidence.Network.Namespaces.SelectMany(n => n.Interfaces).Where(i => !i.IsLoopback).SelectMany(i => i.Addresses.Select(a => (Interface: i, Record: a)))
            .Where(p => !p.Record.Address.Address.IsLinkLocal && !p.Record.Address.Address.IsLoopback).GroupBy(p => p.Record.Address.Address);
        foreach (var group in addresses)
        {
            // A pod on the host's network shows the node's own interfaces.
            var holders = group.DistinctBy(p => p.Interface.Namespace).DistinctBy(p => (p.Interface.Namespace.Node, p.Interface.Mac, p.Interface.IfIndex)).ToList();
            if (holders.Count < 2 || IsSharedByDesign(holders.ConvertAll(h => h.Interface)))
                continue;
            var flows = Flows(evidence, group.Key);
            yield return new Finding
            {
                Code = Kind.Code,
                Severity = Severity.Error,
                Namespace = holders[1].Interface.Namespace.Name,
                Location = holders[1].Record.Location,
                Message = $"{group.Key} is on {string.Join(" and on ", holders.Select(h => $"{h.Interface} ({h.Record.Location})"))}: who answers ARP first gets the traffic",
                Advice = "Find out which of the two was given the address wrongly: a static address inside the pool, a restored machine, or two IPAM stores for one range.",
                Flows = flows,
                Evidence = [.. flows.SelectMany(f => f.Forward.Transmissions.Concat(f.Reply.Transmissions).Where(t => !t.IsIcmpError)).Take(200).SelectMany(evidence.Frames)
                    .Where(f => holders.Exists(h => f.File.StartsWith(h.Interface.Namespace.Name + "/", StringComparison.Ordinal))).Take(4)],
            };
        }
    }

    // Two MAC addresses answer for one address at one time, and the dumps do not show both.
    private static IEnumerable<Finding> ByAnswers(Evidence evidence)
    {
        foreach (var group in evidence.Resolutions.Where(r => r.IsContested && !IsHeldTwice(evidence, r)).GroupBy(r => r.Address))
        {
            var seen = group.First();
            var flows = Flows(evidence, group.Key, tunnelled: true);
            var known = evidence.Network.Owners(group.Key).FirstOrDefault(i => seen.Answers.Any(a => a.Mac == i.Mac));
            yield return new Finding
            {
                Code = Kind.Code,
                // A proxy that answers beside the owner (proxy_arp) does no harm where both lead there.
                Severity = flows.Exists(f => f.Failed()) ? Severity.Error : Severity.Warning,
                Namespace = seen.Point.Namespace,
                Message = $"{string.Join(" and ", seen.Answers.Select(a => a.Mac))} both answer for {group.Key} at {seen.Point}{(known is null ? "" : $"; {known} is one of them")}: who answers last gets the traffic",
                Advice = "Find the host of the MAC address that should not answer (switch tables, bridge fdb show): a static address, a restored machine, or proxy_arp on a router.",
                Flows = flows,
                Evidence = [.. seen.Answers.Take(2).Select(a => new FrameLocation(seen.Point.File, a.Frame))],
                Confidence = known is null ? "likely" : "proven",
            };
        }
    }

    private static bool IsHeldTwice(Evidence evidence, Resolution r) => evidence.Network.Owners(r.Address).DistinctBy(i => i.Mac).Count() > 1;

    // With its tunnels, an address carries flows that do not show it; those that failed count.
    private static List<Flow> Flows(Evidence evidence, IpAddress address, bool tunnelled = false) =>
        [.. evidence.Flows.Where(f => f.Requested.Destination == address || f.Requested.Source == address || f.Served?.Destination == address || (tunnelled && f.Failed() && IsCarried(f, address))).OrderByDescending(f => f.Failed())];

    private static bool IsCarried(Flow flow, IpAddress address) =>
        flow.Forward.Hops.Concat(flow.Reply.Hops).Any(h => h.IsTunnelled && (h.Tunnel.OuterDestination == address || h.Tunnel.OuterSource == address));

    // The same address on every node's bridge or dummy is a design (anycast gateways, kube-ipvs0, docker0's default range).
    private static bool IsSharedByDesign(List<NetworkInterface> holders) =>
        holders.TrueForAll(h => h.Namespace.IsNode && (h.IsBridge || h.Link.LinkKind == "dummy" || h.Name.StartsWith("docker", StringComparison.Ordinal) || h.Name.StartsWith("kube-ipvs", StringComparison.Ordinal) || h.Name.StartsWith("nodelocaldns", StringComparison.Ordinal)));
}
