using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Topology.Services;

/// <summary>
/// Services in rules of iptables: a destination (or a node port) that a rule hands to chains which end in DNAT, translates by itself, or rejects for want of endpoints
/// (kube-proxy's iptables mode, pkg/proxy/iptables; host ports of the CNI portmap plugin).
/// </summary>
internal static class IptablesServices
{
    public static IEnumerable<ServiceEntry> Of(NetworkNamespace ns)
    {
        foreach (var table in ns.Tables.Where(t => t.Name is "nat" or "filter"))
        {
            foreach (var rule in table.Chains.Values.SelectMany(c => c.Rules))
            {
                if (Describe(ns, table, rule) is { } service)
                    yield return service;
            }
        }
    }

    private static ServiceEntry? Describe(NetworkNamespace ns, IptablesTable table, IptablesRule rule)
    {
        IpAddress? address = null;
        int? port = null;
        IpProtocol? protocol = null;
        foreach (var match in rule.Matches)
        {
            switch (match)
            {
                case AddressMatch { IsSource: false, Mask: null, Negated: false } m when m.Prefix.IsHost:
                    address = m.Prefix.Address;
                    break;
                case AddressMatch { IsSource: true }:
                    return null; // who may use it, not what it is
                case PortMatch { Side: PortSide.Destination, Negated: false, Ranges: [var (first, last)] } when first == last:
                    port = first;
                    break;
                case ProtocolMatch { Negated: false } m:
                    protocol = m.Protocol;
                    break;
            }
        }

        if (port is null || protocol is null)
            return null;
        var rejected = rule.Target is RejectTarget or VerdictTarget { Name: "DROP" } && rule.Comment?.Contains("no endpoints", StringComparison.Ordinal) == true;
        var endpoints = rule.Target is JumpTarget jump ? Endpoints(table, jump.Name) : address is null ? [] : [.. Translated(rule)];
        if (!rejected && endpoints.Count == 0)
            return null;
        return new ServiceEntry { Namespace = ns, Protocol = protocol.Value, Address = address, Port = port.Value, Kind = Kind(rule, address), Name = Name(rule.Comment), Chain = (rule.Target as JumpTarget)?.Name, Location = rule.Location, Endpoints = endpoints };
    }

    // "default/web:http cluster IP", "default/web:http has no endpoints", "default/web:http"
    private static string? Name(string? comment) => comment?.Split(' ', 2)[0];

    private static ServiceAddressKind Kind(IptablesRule rule, IpAddress? address) => (rule.Comment, rule.Chain, rule.Target) switch
    {
        _ when address is null => ServiceAddressKind.NodePort,
        ({ } comment, _, _) when comment.EndsWith(" cluster IP", StringComparison.Ordinal) => ServiceAddressKind.ClusterIp,
        ({ } comment, _, _) when comment.EndsWith(" external IP", StringComparison.Ordinal) => ServiceAddressKind.ExternalIp,
        ({ } comment, _, _) when comment.EndsWith(" loadbalancer IP", StringComparison.Ordinal) => ServiceAddressKind.LoadBalancerIp,
        (_, "KUBE-SERVICES", RejectTarget or VerdictTarget) => ServiceAddressKind.ClusterIp,
        (_, "KUBE-EXTERNAL-SERVICES", _) => ServiceAddressKind.ExternalIp,
        _ => ServiceAddressKind.Address,
    };

    private static List<ServiceEndpoint> Endpoints(IptablesTable table, string chain) => ChainEndpoints.Of(
        chain,
        name => table.Chains.GetValueOrDefault(name)?.Rules,
        Translated,
        static rule => rule.Target is JumpTarget jump ? [jump.Name] : []);

    // Where a rule translates to by itself.
    private static IEnumerable<ServiceEndpoint> Translated(IptablesRule rule) =>
        rule.Target is NatTarget { Translation: NatKind.Dnat, FirstAddress.IsNone: false } target ? [new ServiceEndpoint(target.FirstAddress, target.FirstPort, rule.Location)] : [];
}
