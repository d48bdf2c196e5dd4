using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Checks;

/// <summary>Two nodes give their pods addresses of one range, and the cluster routes that range: half of the traffic goes to the wrong node.</summary>
internal sealed class OverlappingPodSubnets : IDumpCheck
{
    private static readonly CheckCode Code = new("pod-subnet-overlap", Severity.Error, "Two nodes have overlapping pod subnets that the cluster routes; traffic goes to the wrong node.");

    public IReadOnlyList<CheckCode> Codes { get; } = [Code];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps)
    {
        // Sorted by first address, an overlap is always with one of the subnets that began before and has not ended.
        var open = new List<PodSubnet>();
        foreach (var subnet in dumps.PodSubnets.OrderBy(s => s.Prefix).ThenBy(s => s.Node.Name, StringComparer.Ordinal))
        {
            open.RemoveAll(o => !o.Prefix.Contains(subnet.Prefix.Address));
            var other = open.Find(o => o.Node != subnet.Node);
            if (other is not null && (IsRouted(dumps, subnet) || IsRouted(dumps, other)))
            {
                yield return Code.At(subnet.Node, subnet.Address.Location,
                    $"pod subnet {subnet.Prefix} of {subnet.Bridge} overlaps {other.Prefix} of {other.Bridge} ({Words.At(other.Address.Location)})", other.Address.Location);
            }

            open.Add(subnet);
        }
    }

    /// <summary>True where somebody sends this subnet's traffic over the network: a route to it by a gateway, or a tunnel device with an address in it (flannel's).</summary>
    internal static bool IsRouted(DumpNetwork dumps, PodSubnet subnet)
    {
        foreach (var node in dumps.Nodes)
        {
            foreach (var route in node.Routes)
            {
                if (route.Destination.Length > 0 && (subnet.Prefix.Contains(route.Destination) || route.Destination.Contains(subnet.Prefix)) && route.NextHops.Any(h => !h.Gateway.IsNone))
                    return true;
            }
        }

        return subnet.Node.Interfaces.Any(i => i.IsVxlan && i.Addresses.Any(a => subnet.Prefix.Contains(a.Address.Address)));
    }
}
