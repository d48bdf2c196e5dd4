using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Checks;

/// <summary>Services that are translated to an address nobody in the bundle has.</summary>
internal sealed class UnknownEndpoint : IDumpCheck
{
    private static readonly CheckCode Code = new("endpoint-unknown", Severity.Warning, "A service is translated to an address of a node's pod subnet that no namespace has (an info where the bundle lacks pods of that node).");

    public IReadOnlyList<CheckCode> Codes { get; } = [Code];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps)
    {
        var endpoints = dumps.Services.SelectMany(s => s.Endpoints.Select(e => (Service: s, Endpoint: e)));
        foreach (var uses in endpoints.Where(u => dumps.Network.Owners(u.Endpoint.Address).Count == 0).GroupBy(u => u.Endpoint.Address))
        {
            var (service, endpoint) = uses.First();
            if (dumps.Nodes.FirstOrDefault(n => RoutedPods.IsGone(dumps.Network, n, uses.Key)) is { } node)
            {
                var route = RouteLookup.Find(node, uses.Key)?.Location;
                yield return Code.At(service.Namespace, endpoint.Location, Severity.Warning,
                    $"{Words.Service(service)} is translated to {Words.Endpoint(endpoint)}, which nobody has: {node} has a route to each of its pods and none to it{(route is { } at ? $" ({Words.At(at)})" : "")}", route ?? endpoint.Location);
                continue;
            }

            if (dumps.PodSubnets.FirstOrDefault(s => s.Prefix.Contains(uses.Key)) is not { } home || IsAnswered(home.Node, uses.Key))
                continue;
            var ports = home.Bridge.Ports.Count;
            var dumped = home.Bridge.Ports.Count(p => p.Peer is not null);
            if (ports > 0 && dumped == 0)
                continue; // the bundle has no pods: it cannot know their addresses
            var why = ports == dumped
                ? $"nobody has: {home.Node} has {home.Prefix} on {home.Bridge.Name}, and all its ports ({ports}) lead to a known namespace ({Words.At(home.Address.Location)})"
                : $"nobody in the bundle has: {dumped} of {ports} ports of {home.Bridge} lead to a namespace in it, so it may be one of the others' ({Words.At(home.Address.Location)})";
            yield return Code.At(service.Namespace, endpoint.Location, ports == dumped ? Severity.Warning : Severity.Info,
                $"{Words.Service(service)} is translated to {Words.Endpoint(endpoint)}, which {why}", home.Address.Location);
        }
    }

    // Somebody answers ARP, or the failure is told by the neighbour's line already.
    private static bool IsAnswered(NetworkNamespace node, IpAddress address) =>
        node.Neighbours.Any(n => n.Address == address && (n.IsUsable || n.State == "FAILED"));
}
