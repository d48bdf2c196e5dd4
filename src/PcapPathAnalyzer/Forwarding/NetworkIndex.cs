using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Forwarding.Netfilter.Nftables;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding;

/// <summary>Lookups over a network that does not change, made once and shared by all its walks, on any number of threads.</summary>
internal sealed class NetworkIndex
{
    private static readonly ConditionalWeakTable<Network, NetworkIndex> Indexes = [];

    private readonly Dictionary<MacAddress, List<NetworkInterface>> byMac;
    private readonly ConcurrentDictionary<(NetworkNamespace, int), bool> tracking = new();

    private NetworkIndex(Network network) =>
        byMac = network.Namespaces.SelectMany(n => n.Interfaces).Where(i => !i.Mac.IsNone).GroupBy(i => i.Mac).ToDictionary(g => g.Key, g => g.ToList());

    public static NetworkIndex Of(Network network) => Indexes.GetValue(network, static n => new NetworkIndex(n));

    public IReadOnlyList<NetworkInterface> WithMac(MacAddress mac) => byMac.GetValueOrDefault(mac) ?? [];

    /// <summary>Does anything in the namespace make the kernel track connections?</summary>
    public bool Tracks(NetworkNamespace ns, bool isIpv6) =>
        tracking.GetOrAdd((ns, isIpv6 ? 6 : 4), static k => k.Item1.Conntrack.Count > 0 || k.Item1.Tables.Any(t => t.IpVersion == k.Item2 && ConntrackUse.In(t)) || NftTables.Walked(k.Item1).Any(t => t.Sees(k.Item2 == 6) && NftConntrackUse.In(t)));
}
