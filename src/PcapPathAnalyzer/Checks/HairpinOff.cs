using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Checks;

/// <summary>A pod that is an endpoint of a service, behind a bridge port that sends nothing back where it came from: the pod cannot reach itself by the service.</summary>
internal sealed class HairpinOff : IDumpCheck
{
    private static readonly CheckCode Code = new("hairpin-off", Severity.Warning, "A bridge port in front of a service's endpoint is not in hairpin mode: that pod does not reach itself through the service.");

    public IReadOnlyList<CheckCode> Codes { get; } = [Code];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps)
    {
        foreach (var node in dumps.Nodes)
        {
            var endpoints = dumps.Services.Where(s => s.Namespace == node).SelectMany(s => s.Endpoints.Select(e => (Service: s, Endpoint: e))).ToLookup(e => e.Endpoint.Address);
            // A bridge in promiscuous mode takes the frame itself (kubenet's promiscuous-bridge).
            foreach (var port in node.Interfaces.Where(i => i.Link.BridgePort is { Hairpin: false } && i.Peer is not null && i.Master?.Link.Flags.Contains("PROMISC") != true))
            {
                var use = port.Peer!.Addresses.SelectMany(a => endpoints[a.Address.Address]).FirstOrDefault();
                if (use.Service is not null)
                    yield return Code.At(node, port.Link.Location, $"{port} is not in hairpin mode, and {port.Peer.Namespace} behind it is an endpoint of {Words.Service(use.Service)} ({Words.At(use.Endpoint.Location)})", use.Endpoint.Location);
            }
        }
    }
}
