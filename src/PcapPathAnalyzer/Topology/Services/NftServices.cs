using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Dumps.Nftables;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Topology.Services;

/// <summary>
/// Services in nftables: elements of verdict maps by address, protocol and port (kube-proxy's nftables mode, pkg/proxy/nftables), and rules on one
/// destination that lead to a dnat.
/// </summary>
internal static class NftServices
{
    private static readonly NftType[] ServiceKey = [NftType.Address, NftType.Protocol, NftType.Port];

    public static IEnumerable<ServiceEntry> Of(NetworkNamespace ns)
    {
        foreach (var table in ns.NftTables)
        {
            foreach (var set in table.Sets.Values.Where(static s => s.KeyTypes.SequenceEqual(ServiceKey) || s.KeyTypes.SequenceEqual(ServiceKey[1..])))
            {
                foreach (var element in set.Elements.All)
                {
                    if (OfElement(ns, table, set, element) is { } service)
                        yield return service;
                }
            }

            foreach (var rule in table.Chains.Values.SelectMany(static c => c.Rules))
            {
                if (OfRule(ns, table, rule) is { } service)
                    yield return service;
            }
        }
    }

    private static ServiceEntry? OfElement(NetworkNamespace ns, NftTable table, NftSet set, NftElement element)
    {
        if (element.Key is not NftTuple { Parts: { Count: 2 or 3 } parts } || parts[^2] is not NftNumber protocol || parts[^1] is not NftNumber port || element.Verdict is not { } verdict)
            return null;
        var chain = (verdict.Target as JumpTarget)?.Name;
        var endpoints = chain is null ? [] : Endpoints(table, chain);
        if (endpoints.Count == 0 && set.Name is not ("no-endpoint-services" or "no-endpoint-nodeports"))
            return null;
        return Entry(ns, parts[0] is NftAddress address ? address.First : null, (IpProtocol)protocol.First, (int)port.First, element.Location) with { Kind = Kind(parts.Count == 2, chain), Name = element.Comment ?? Name(chain), Chain = chain, Endpoints = endpoints };
    }

    private static ServiceEntry? OfRule(NetworkNamespace ns, NftTable table, NftRule rule)
    {
        IpAddress? address = null;
        (IpProtocol Protocol, int Port)? port = null;
        foreach (var match in rule.Statements.OfType<NftMatch>())
        {
            if (match is not { Left: NftField field, Comparison: NftComparison.Implicit or NftComparison.Equal })
                continue;
            if (field.Name is "ip saddr" or "ip6 saddr")
                return null; // who may use it, not what it is
            if (field.Name is "ip daddr" or "ip6 daddr" && match.Value is NftAddress a && a.First == a.Last)
                address = a.First;
            if (field.Name.EndsWith(" dport", StringComparison.Ordinal) && match.Value is NftNumber n && n.First == n.Last && IpProtocols.TryParse(field.Name.AsSpan(0, field.Name.Length - 6), out var protocol))
                port = (protocol, (int)n.First);
        }

        if (port is not { } p)
            return null;
        var chain = rule.Statements.OfType<NftVerdict>().Select(static v => v.Target).OfType<JumpTarget>().FirstOrDefault()?.Name;
        var endpoints = chain is not null ? Endpoints(table, chain) : [.. rule.Statements.OfType<NftNat>().SelectMany(nat => Of(nat, table, rule.Location))];
        return endpoints.Count == 0 ? null : Entry(ns, address, p.Protocol, p.Port, rule.Location) with { Kind = Kind(address is null, chain), Name = rule.Comment, Chain = chain, Endpoints = endpoints };
    }

    private static ServiceEntry Entry(NetworkNamespace ns, IpAddress? address, IpProtocol protocol, int port, SourceLocation at) =>
        new() { Namespace = ns, Protocol = protocol, Address = address, Port = port, Location = at, Endpoints = [] };

    // kube-proxy: service-… is what the cluster IP leads to, external-… what is asked for from outside.
    private static ServiceAddressKind Kind(bool isNodePort, string? chain) =>
        isNodePort ? ServiceAddressKind.NodePort
        : chain?.StartsWith("external-", StringComparison.Ordinal) == true ? ServiceAddressKind.ExternalIp
        : chain?.StartsWith("service-", StringComparison.Ordinal) == true ? ServiceAddressKind.ClusterIp
        : ServiceAddressKind.Address;

    // service-ULMVA6XW-default/web/tcp/http: the hash, then namespace, name, protocol and the port's name.
    private static string? Name(string? chain)
    {
        var parts = chain?.Split('/');
        if (parts is not [var head, var name, _, var portName] || head.Split('-', 3) is not [_, _, var space])
            return null;
        return portName.Length == 0 ? $"{space}/{name}" : $"{space}/{name}:{portName}";
    }

    private static List<ServiceEndpoint> Endpoints(NftTable table, string chain) => ChainEndpoints.Of(
        chain,
        name => table.Chains.GetValueOrDefault(name)?.Rules,
        rule => rule.Statements.OfType<NftNat>().SelectMany(nat => Of(nat, table, rule.Location)),
        rule => rule.Statements.SelectMany(s => Targets(s, table)));

    private static IEnumerable<string> Targets(NftStatement statement, NftTable table) => statement switch
    {
        NftVerdict { Target: JumpTarget jump } => [jump.Name],
        NftVerdictMap map => Elements(map.Map, table).Select(static e => e.Verdict?.Target).OfType<JumpTarget>().Select(static j => j.Name),
        _ => [],
    };

    private static IEnumerable<ServiceEndpoint> Of(NftNat nat, NftTable table, SourceLocation at)
    {
        if (nat.Kind != NatKind.Dnat)
            return [];
        var port = nat.Port is NftConstant { Value: NftNumber n } ? (int)n.First : 0;
        return nat.Address switch
        {
            NftConstant { Value: NftAddress a } => [new ServiceEndpoint(a.First, port, at)],
            NftLookup lookup => Elements(lookup.Map, table).Select(e => e.Data switch
            {
                NftAddress a => new ServiceEndpoint(a.First, port, At(e)),
                NftTuple { Parts: [NftAddress a, NftNumber p] } => new ServiceEndpoint(a.First, (int)p.First, At(e)),
                _ => null,
            }).OfType<ServiceEndpoint>(),
            _ => [],
        };

        SourceLocation At(NftElement e) => e.Location.Line == 0 ? at : e.Location;
    }

    private static IReadOnlyList<NftElement> Elements(NftSetOperand set, NftTable table) =>
        (set.Elements ?? (set.Name is { } name && table.Sets.TryGetValue(name, out var found) ? found.Elements : null))?.All ?? [];
}
