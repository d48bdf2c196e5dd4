using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Topology;

/// <summary>A service as one namespace's rules know it.</summary>
public sealed record ServiceEntry
{
    public required NetworkNamespace Namespace { get; init; }

    public required IpProtocol Protocol { get; init; }

    /// <summary>The virtual IP; null for a node port, which is on every local address.</summary>
    public IpAddress? Address { get; init; }

    public required int Port { get; init; }

    /// <summary>What the rule's comment calls it: <c>default/web:http</c>; null where it has none.</summary>
    public string? Name { get; init; }

    /// <summary>The chain that the traffic is handed to; null where it is rejected on the spot.</summary>
    public string? Chain { get; init; }

    /// <summary>The rule, or the element of a map, that catches the service's traffic.</summary>
    public required SourceLocation Location { get; init; }

    /// <summary>Where the rules translate it to; empty where it has no endpoints.</summary>
    public required IReadOnlyList<ServiceEndpoint> Endpoints { get; init; }
}

/// <summary>An endpoint, and the rule that translates to it.</summary>
public sealed record ServiceEndpoint(IpAddress Address, int Port, SourceLocation Location);

/// <summary>Services found in rules of iptables and nftables: a destination (or a node port) that a rule hands to chains which end in DNAT, or rejects for want of endpoints.</summary>
public static class ServiceCatalogue
{
    public static IReadOnlyList<ServiceEntry> Of(Network network) =>
        [.. network.Namespaces.SelectMany(static ns => Of(ns).Concat(NftServices.Of(ns))).OrderBy(s => s.Namespace.Name, StringComparer.Ordinal).ThenBy(s => s.Address ?? default).ThenBy(s => s.Port).ThenBy(s => s.Protocol).DistinctBy(s => (s.Namespace, s.Address, s.Port, s.Protocol))];

    private static IEnumerable<ServiceEntry> Of(NetworkNamespace ns)
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
        var endpoints = rule.Target is JumpTarget jump ? Endpoints(table, jump.Name) : [];
        if (!rejected && endpoints.Count == 0)
            return null;
        return new ServiceEntry { Namespace = ns, Protocol = protocol.Value, Address = address, Port = port.Value, Name = Name(rule.Comment), Chain = (rule.Target as JumpTarget)?.Name, Location = rule.Location, Endpoints = endpoints };
    }

    // "default/web:http cluster IP", "default/web:http has no endpoints", "default/web:http"
    private static string? Name(string? comment) => comment?.Split(' ', 2)[0];

    private static List<ServiceEndpoint> Endpoints(IptablesTable table, string chain)
    {
        var found = new List<ServiceEndpoint>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>([chain]);
        while (open.TryDequeue(out var name))
        {
            if (!seen.Add(name) || !table.Chains.TryGetValue(name, out var here))
                continue;
            foreach (var rule in here.Rules)
            {
                if (rule.Target is NatTarget { Translation: NatKind.Dnat } target && !target.FirstAddress.IsNone)
                    found.Add(new ServiceEndpoint(target.FirstAddress, target.FirstPort, rule.Location));
                else if (rule.Target is JumpTarget jump)
                    open.Enqueue(jump.Name);
            }
        }

        return found;
    }
}
