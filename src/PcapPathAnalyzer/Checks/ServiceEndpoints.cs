using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Topology;
using PcapPathAnalyzer.Topology.Services;

namespace PcapPathAnalyzer.Checks;

/// <summary>Services without endpoints, and services that nodes know differently.</summary>
internal sealed class ServiceEndpoints : IDumpCheck
{
    private static readonly CheckCode None = new("no-endpoints", Severity.Warning, "A service has no ready endpoint; its traffic is rejected.");
    private static readonly CheckCode Differ = new("endpoints-differ", Severity.Warning, "A service has other endpoints on one node than on another (normal only with topology-aware routing, or while a change spreads).");
    private static readonly CheckCode Missing = new("service-missing", Severity.Warning, "A node's rules do not know services that another node's rules know.");

    public IReadOnlyList<CheckCode> Codes { get; } = [None, Differ, Missing];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps)
    {
        var known = dumps.Services.Where(s => s.Namespace.IsNode && s.Address is not null && IsForEveryNode(dumps, s)).ToList();
        var groups = known.GroupBy(s => (s.Address, s.Port, s.Protocol)).Where(g => g.All(s => s.Name is null || s.Name == g.First().Name)).ToList();
        var nodes = dumps.Nodes.Where(n => dumps.ServiceList(n) is not null).ToList();
        var missing = nodes.ToDictionary(n => n, _ => new List<ServiceEntry>());
        foreach (var group in groups)
        {
            var entries = group.ToList();
            if (entries.TrueForAll(s => s.Endpoints.Count == 0))
                yield return None.At(entries[0].Namespace, entries[0].Location, $"{Words.Service(entries[0])} has no endpoints");
            foreach (var remark in Differences(entries))
                yield return remark;
            foreach (var node in nodes.Where(n => IsUnknownTo(dumps, n, entries)))
                missing[node].Add(entries[0]);
        }

        foreach (var (node, services) in missing.Where(m => m.Value.Count > 0))
        {
            var names = services.ConvertAll(Words.Service);
            yield return Missing.At(node, dumps.ServiceList(node)!.Value, $"{node} does not know {Words.Some(names)}, which {services[0].Namespace} knows ({Words.At(services[0].Location)})", services[0].Location);
        }
    }

    // A service of internalTrafficPolicy or externalTrafficPolicy Local (KUBE-SVL, KUBE-EXT, KUBE-FW, KUBE-XLB) differs by design.
    private static bool IsForEveryNode(DumpNetwork dumps, ServiceEntry s) => dumps.RuleAt(s.Location) switch
    {
        { Target: JumpTarget jump } => jump.Name.StartsWith("KUBE-SVC-", StringComparison.Ordinal),
        { Target: RejectTarget or VerdictTarget, Comment: { } comment } => comment.Contains("no endpoints", StringComparison.Ordinal),
        // kube-proxy's nftables mode: service-… for all endpoints, local-… and external-… for those of a node.
        null => s.Chain is { } chain && (chain.StartsWith("service-", StringComparison.Ordinal) || chain == "reject-chain"),
        _ => false,
    };

    // The set most nodes agree on is taken for the right one; the first node's where there is no majority.
    private static IEnumerable<DumpRemark> Differences(List<ServiceEntry> entries)
    {
        if (entries.Count < 2)
            yield break;
        var sets = entries.ConvertAll(s => (Service: s, Endpoints: s.Endpoints.Select(Words.Endpoint).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList()));
        var agreed = sets.GroupBy(s => string.Join(' ', s.Endpoints)).MaxBy(g => g.Count())!.First();
        foreach (var (service, endpoints) in sets)
        {
            var less = agreed.Endpoints.Except(endpoints).ToList();
            var more = endpoints.Except(agreed.Endpoints).ToList();
            if (less.Count + more.Count == 0)
                continue;
            var how = string.Join(" and ", new[] { less.Count > 0 ? $"without {Words.Some(less)}" : "", more.Count > 0 ? $"with {Words.Some(more)}" : "" }.Where(t => t.Length > 0));
            yield return Differ.At(service.Namespace, service.Location, $"{Words.Service(service)} is {how} on {service.Namespace}, unlike on {agreed.Service.Namespace} ({Words.At(agreed.Service.Location)})", agreed.Service.Location);
        }
    }

    private static bool IsUnknownTo(DumpNetwork dumps, NetworkNamespace node, List<ServiceEntry> entries) =>
        !entries.Exists(s => s.Namespace == node) && !dumps.ServicesOf(node).Contains((entries[0].Address, entries[0].Port, entries[0].Protocol))
        && node.Tables.All(static t => !t.IsCut) && node.NftTables.All(static t => !t.IsCut);
}
