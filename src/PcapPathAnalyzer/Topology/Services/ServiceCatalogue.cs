using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Topology.Services;

/// <summary>Services as each namespace knows them: rules of iptables and nftables, kube-proxy's IP sets, and virtual services of IPVS.</summary>
public static class ServiceCatalogue
{
    /// <summary>By namespace, address and port; each once, though several tools may know it.</summary>
    public static IReadOnlyList<ServiceEntry> Of(Network network) =>
    [
        .. network.Namespaces.SelectMany(Of)
            .OrderBy(s => s.Namespace.Name, StringComparer.Ordinal).ThenBy(s => s.Address ?? default).ThenBy(s => s.Port).ThenBy(s => s.Protocol)
            .DistinctBy(s => (s.Namespace, s.Address, s.Port, s.Protocol)),
    ];

    /// <summary>What one namespace's tools know, in their order: a service that several know comes several times.</summary>
    internal static IEnumerable<ServiceEntry> Of(NetworkNamespace ns) => IptablesServices.Of(ns).Concat(NftServices.Of(ns)).Concat(IpvsServices.Of(ns));

    /// <summary>The same address or node port of all nodes together.</summary>
    public static IReadOnlyList<ServiceFront> Fronts(Network network)
    {
        var entries = Of(network);
        var nodes = entries.Select(s => s.Namespace).Where(n => n.IsNode).Distinct().ToList();
        return
        [
            .. entries.GroupBy(s => (s.Address, s.Port, s.Protocol)).Select(g => new ServiceFront([.. g], [.. nodes.Where(n => g.All(s => s.Namespace != n) && g.Any(s => s.Namespace.IsNode))]))
                .OrderBy(f => f.Name is null ? 1 : 0).ThenBy(f => f.Name, StringComparer.Ordinal).ThenBy(f => f.First.Kind).ThenBy(f => f.First.Address ?? default).ThenBy(f => f.First.Port).ThenBy(f => f.First.Protocol),
        ];
    }
}

/// <summary>One address, or one node port, of a service, and what each node makes of it.</summary>
/// <param name="Entries">By node.</param>
/// <param name="UnknownTo">Nodes that know other services and not this one.</param>
public sealed record ServiceFront(IReadOnlyList<ServiceEntry> Entries, IReadOnlyList<NetworkNamespace> UnknownTo)
{
    public ServiceEntry First => Entries[0];

    /// <summary>Null where no tool wrote one down.</summary>
    public string? Name => Entries.FirstOrDefault(e => e.Name is not null)?.Name;

    /// <summary>Nodes that send to the same endpoints stand together; the set that most agree on comes first.</summary>
    public IReadOnlyList<IReadOnlyList<ServiceEntry>> Views =>
        [.. Entries.GroupBy(View).OrderByDescending(g => g.Count()).ThenBy(g => g.First().Namespace.Name, StringComparer.Ordinal).Select(g => (IReadOnlyList<ServiceEntry>)[.. g])];

    /// <summary>False where a node sends to other endpoints than another, or does not know the service. What was not dumped is no disagreement.</summary>
    public bool IsAgreed => UnknownTo.Count == 0 && Entries.Where(e => e.Missing is null).DistinctBy(View).Count() <= 1;

    private static string View(ServiceEntry entry) =>
        entry.Missing ?? string.Join(' ', entry.Endpoints.Select(e => FiveTuple.Endpoint(e.Address, e.Port)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
}
