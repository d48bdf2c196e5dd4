using PcapPathAnalyzer.Topology;
using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Checks;

/// <summary>Bridged packets that iptables does not see, on a node with services: replies between two pods of one bridge are not translated back.</summary>
internal sealed class BridgeCallsIptables : IDumpCheck
{
    private static readonly CheckCode Code = new("bridge-bypasses-iptables", Severity.Warning, "Bridged packets do not pass iptables, so services fail between two pods of one node (net.bridge.bridge-nf-call-iptables).");

    public IReadOnlyList<CheckCode> Codes { get; } = [Code];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps)
    {
        foreach (var node in dumps.Nodes.Where(n => dumps.ServicesOf(n).Count > 0))
        {
            var subnet = dumps.PodSubnets.FirstOrDefault(s => s.Node == node && s.Bridge.Link.Bridge?.CallIptables != true);
            if (subnet is null)
                continue;
            var key = subnet.Prefix.Address.IsIpv4 ? "iptables" : "ip6tables";
            if (Sysctl.Number(node, $"net.bridge.bridge-nf-call-{key}") is { Value: 0 } off)
                yield return Code.At(node, off.Record.Location, $"{off.Record.Name} is 0: between two pods on {subnet.Bridge} a service's reply is not translated back ({Words.At(subnet.Bridge.Link.Location)})", subnet.Bridge.Link.Location);
        }
    }
}
