using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;
using PcapPathAnalyzer.Topology.Services;

namespace PcapPathAnalyzer.Checks;

/// <summary>What every check looks at: the network, what the readers stumbled over, and what several checks need to know.</summary>
public sealed class DumpNetwork
{
    private readonly Dictionary<SourceLocation, IptablesRule> rules = [];
    private readonly Dictionary<NetworkNamespace, HashSet<(IpAddress?, int, IpProtocol)>> servicesOf = [];

    public DumpNetwork(Network network, IReadOnlyList<Problem> problems)
    {
        Network = network;
        Problems = problems;
        Nodes = [.. network.Namespaces.Where(n => n.IsNode)];
        Services = ServiceCatalogue.Of(network);
        foreach (var rule in network.Namespaces.SelectMany(n => n.Tables).SelectMany(t => t.Chains.Values).SelectMany(c => c.Rules))
            rules.TryAdd(rule.Location, rule);
        foreach (var group in Services.GroupBy(s => s.Namespace))
            servicesOf.Add(group.Key, [.. group.Select(s => (s.Address, s.Port, s.Protocol))]);
        PodSubnets = [.. Nodes.SelectMany(PodSubnet.Of)];
    }

    public Network Network { get; }

    /// <summary>Of the bundle and of its readers.</summary>
    public IReadOnlyList<Problem> Problems { get; }

    public IReadOnlyList<NetworkNamespace> Namespaces => Network.Namespaces;

    /// <summary>Namespaces that hang on no other one.</summary>
    public IReadOnlyList<NetworkNamespace> Nodes { get; }

    public IReadOnlyList<ServiceEntry> Services { get; }

    /// <summary>The subnets that nodes give to their own pods over a bridge.</summary>
    public IReadOnlyList<PodSubnet> PodSubnets { get; }

    /// <summary>The rule that stands on a line; null where none does.</summary>
    public IptablesRule? RuleAt(SourceLocation location) => rules.GetValueOrDefault(location);

    /// <summary>What a node's rules answer for as services: address, port, protocol.</summary>
    public IReadOnlySet<(IpAddress? Address, int Port, IpProtocol Protocol)> ServicesOf(NetworkNamespace ns) =>
        servicesOf.TryGetValue(ns, out var known) ? known : new HashSet<(IpAddress?, int, IpProtocol)>();

    /// <summary>Where kube-proxy lists its services: its chain in iptables' nat table, or its map in nftables; null on a node whose services are not made of either.</summary>
    public SourceLocation? ServiceList(NetworkNamespace ns)
    {
        foreach (var table in ns.Tables)
        {
            if (table.Name == "nat" && table.Chains.TryGetValue("KUBE-SERVICES", out var chain) && chain.Rules.Count > 0)
                return chain.Location;
        }

        foreach (var table in ns.NftTables)
        {
            if (table.Name == "kube-proxy" && table.Sets.TryGetValue("service-ips", out var map))
                return map.Location;
        }

        return null;
    }

    /// <summary>An address of another namespace, with the interface that has it; null where nobody or more than one has it.</summary>
    public NetworkInterface? OnlyOwner(IpAddress address) => Network.Owners(address) is [var one] ? one : null;
}

/// <summary>The subnet of a node's own bridge.</summary>
/// <param name="Node">The node.</param>
/// <param name="Bridge">The bridge its pods are ports of.</param>
/// <param name="Address">The bridge's own address record.</param>
/// <param name="Prefix">The subnet, host bits cleared.</param>
public sealed record PodSubnet(NetworkNamespace Node, NetworkInterface Bridge, AddressRecord Address, IpPrefix Prefix)
{
    /// <summary>Subnets on bridges that lead to pods and nowhere else: no port of them is an uplink, and no default route leaves by them.</summary>
    internal static IEnumerable<PodSubnet> Of(NetworkNamespace node)
    {
        foreach (var bridge in node.Interfaces.Where(i => i.IsBridge && !IsUplink(i)))
        {
            foreach (var address in bridge.Addresses)
            {
                if (!address.Address.IsHost && !address.Address.Address.IsLinkLocal)
                    yield return new PodSubnet(node, bridge, address, address.Address.Network);
            }
        }
    }

    private static bool IsUplink(NetworkInterface bridge) =>
        bridge.Ports.Any(p => p.Link.LinkKind is not (null or "veth" or "tun") || (p.Link.LinkKind is null && p.Link.PeerIfIndex == 0))
        || bridge.Namespace.Routes.Any(r => r.Destination.Length == 0 && r.NextHops.Any(h => h.Device == bridge.Name));
}
