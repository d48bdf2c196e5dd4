using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding;

/// <summary>What all stages of a walk share: the network, and lookups made once.</summary>
internal sealed class WalkContext(Network network)
{
    private int lastConnection;

    public Network Network { get; } = network;

    public NetworkIndex Index { get; } = NetworkIndex.Of(network);

    public IReadOnlyList<NetworkInterface> WithMac(MacAddress mac) => Index.WithMac(mac);

    public int NextConnection() => ++lastConnection;

    /// <summary>What the namespace's policy rules and routing tables decide.</summary>
    public IReadOnlyList<RouteDecision> Route(NetworkNamespace ns, RouteQuery query) => GroupRoutes.IsGroup(query.Destination) ? GroupRoutes.Decide(ns, query) : PolicyRouting.Decide(ns, query);

    /// <summary>A kernel parameter as a number; null where it was not dumped.</summary>
    public static int? Sysctl(NetworkNamespace ns, string name) =>
        ns.Sysctls.TryGetValue(name, out var record) && int.TryParse(record.Value, System.Globalization.CultureInfo.InvariantCulture, out var value) ? value : null;
}
