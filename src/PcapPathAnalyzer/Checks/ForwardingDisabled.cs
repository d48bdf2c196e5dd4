using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Checks;

/// <summary>A node that has pods or services, and whose kernel does not forward.</summary>
internal sealed class ForwardingDisabled : IDumpCheck
{
    private static readonly CheckCode Code = new("forwarding-disabled", Severity.Error, "A node that has pods or services does not forward packets (net.ipv4.ip_forward and its kind).");

    public IReadOnlyList<CheckCode> Codes { get; } = [Code];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps)
    {
        foreach (var node in dumps.Nodes)
        {
            var subnets = dumps.PodSubnets.Where(s => s.Node == node).ToList();
            var hasPods = subnets.Count > 0 || dumps.ServiceList(node) is not null || dumps.Namespaces.Any(n => n != node && n.Node == node);
            if (!hasPods)
                continue;
            var ipv4 = Off(Sysctl.Number(node, "net.ipv4.ip_forward")) ?? Off(Sysctl.OfDevice(node, "ipv4", "all", "forwarding"));
            if (ipv4 is not null)
                yield return Code.At(node, ipv4.Location, $"{node} has pods or services and {ipv4.Name} is 0: nothing is forwarded");
            if (subnets.Exists(s => s.Prefix.Address.IsIpv6) && Off(Sysctl.OfDevice(node, "ipv6", "all", "forwarding")) is { } ipv6)
                yield return Code.At(node, ipv6.Location, $"{node} has IPv6 pods and {ipv6.Name} is 0: nothing is forwarded");
            foreach (var subnet in subnets)
            {
                if (ipv4 is null && subnet.Prefix.Address.IsIpv4 && Off(Sysctl.OfDevice(node, "ipv4", subnet.Bridge.Name, "forwarding")) is { } device)
                    yield return Code.At(node, device.Location, $"{device.Name} is 0: what comes from the pods on {subnet.Bridge} is not forwarded ({Words.At(subnet.Bridge.Link.Location)})", subnet.Bridge.Link.Location);
            }
        }
    }

    private static SysctlRecord? Off((SysctlRecord Record, long Value)? sysctl) => sysctl is { Value: 0 } off ? off.Record : null;
}
