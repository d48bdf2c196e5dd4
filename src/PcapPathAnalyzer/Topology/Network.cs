using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Topology;

/// <summary>The network as the dumps describe it: its namespaces, and how they are joined.</summary>
public sealed class Network
{
    private readonly Dictionary<string, NetworkNamespace> byName;
    private readonly Dictionary<IpAddress, NetworkInterface[]> owners;

    internal Network(IReadOnlyList<NetworkNamespace> namespaces, IReadOnlyList<Problem> problems)
    {
        Namespaces = namespaces;
        Problems = problems;
        byName = namespaces.ToDictionary(n => n.Name);
        owners = namespaces.SelectMany(n => n.Interfaces).SelectMany(i => i.Addresses.Select(a => (a.Address.Address, Interface: i)))
            .GroupBy(p => p.Address).ToDictionary(g => g.Key, g => g.Select(p => p.Interface).Distinct().ToArray());
    }

    /// <summary>Ordered by name.</summary>
    public IReadOnlyList<NetworkNamespace> Namespaces { get; }

    /// <summary>Nanoseconds that a node's clock was ahead, where the bundle's owner states it; by node.</summary>
    public IReadOnlyDictionary<string, long> StatedClocks { get; internal init; } = new Dictionary<string, long>();

    /// <summary>What in the dumps contradicts itself or could not be joined.</summary>
    public IReadOnlyList<Problem> Problems { get; }

    public NetworkNamespace? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>Every interface that has this address; more than one where an address is used twice (loopback addresses: in every namespace).</summary>
    public IReadOnlyList<NetworkInterface> Owners(IpAddress address) => owners.GetValueOrDefault(address) ?? [];

    /// <summary>UDP ports that carry VXLAN: the IANA port, Linux's historical default, and what the devices in the dumps use.</summary>
    public IReadOnlySet<int> VxlanPorts()
    {
        var ports = new HashSet<int> { 4789, 8472 };
        foreach (var device in Namespaces.SelectMany(n => n.Interfaces))
        {
            if (device.Link.Vxlan is { } vxlan)
                ports.Add(vxlan.DestinationPort);
        }

        return ports;
    }

    /// <summary>The one namespace that has this address on an interface other than lo; null where none or several have it.</summary>
    public NetworkNamespace? Owner(IpAddress address)
    {
        // Asked for every flow: an array, not the list that others see, is gone through without an object.
        if (!owners.TryGetValue(address, out var candidates))
            return null;
        var found = candidates[0].Namespace;
        foreach (var candidate in candidates)
        {
            if (candidate.Namespace != found)
                return null;
        }

        return found;
    }
}
