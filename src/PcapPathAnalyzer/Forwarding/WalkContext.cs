using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding;

/// <summary>What all stages of a walk share: the network, and lookups made once.</summary>
internal sealed class WalkContext(Network network)
{
    private readonly Dictionary<MacAddress, List<NetworkInterface>> byMac = network.Namespaces.SelectMany(n => n.Interfaces).Where(i => !i.Mac.IsNone).GroupBy(i => i.Mac).ToDictionary(g => g.Key, g => g.ToList());
    private readonly Dictionary<(NetworkNamespace, string, int), IReadOnlyList<IptablesTable>> tables = [];
    private int lastConnection;

    public Network Network { get; } = network;

    public IReadOnlyList<NetworkInterface> WithMac(MacAddress mac) => byMac.GetValueOrDefault(mac) ?? [];

    public int NextConnection() => ++lastConnection;

    /// <summary>Tables of a name and family: two where legacy and nft rules are both loaded.</summary>
    public IReadOnlyList<IptablesTable> Tables(NetworkNamespace ns, string name, bool isIpv6)
    {
        var key = (ns, name, isIpv6 ? 6 : 4);
        if (!tables.TryGetValue(key, out var list))
            tables.Add(key, list = [.. ns.Tables.Where(t => t.Name == name && t.IpVersion == key.Item3)]);
        return list;
    }

    /// <summary>A kernel parameter as a number; null where it was not dumped.</summary>
    public static int? Sysctl(NetworkNamespace ns, string name) =>
        ns.Sysctls.TryGetValue(name, out var record) && int.TryParse(record.Value, System.Globalization.CultureInfo.InvariantCulture, out var value) ? value : null;
}
