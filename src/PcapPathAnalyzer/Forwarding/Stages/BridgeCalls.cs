using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>Does a bridge call iptables for what it switches (br_netfilter)?</summary>
internal static class BridgeCalls
{
    /// <summary>The sysctl's name, and the namespace it is of.</summary>
    public static string Name(Branch b) => $"net.bridge.bridge-nf-call-ip{(b.Packet.Tuple.Destination.IsIpv6 ? "6" : "")}tables of {b.Namespace.Name}";

    /// <summary>The bridge's own option, the sysctl for all bridges, or what conntrack gives away; null where nothing tells.</summary>
    public static bool? Setting(Branch b, NetworkInterface bridge)
    {
        var isIpv6 = b.Packet.Tuple.Destination.IsIpv6;
        if (isIpv6 ? bridge.Link.Bridge?.CallIp6tables == true : bridge.Link.Bridge?.CallIptables == true)
            return true;
        if (b.Namespace.Tables.Count == 0 && b.Namespace.NftTables.Count == 0 && b.Namespace.DumpedKinds.Contains("iptables-save"))
            return false;
        if (WalkContext.Sysctl(b.Namespace, $"net.bridge.bridge-nf-call-ip{(isIpv6 ? "6" : "")}tables") is { } value)
            return value != 0;
        if (b.Assumptions.TryGetValue(Name(b), out var assumed))
            return assumed;
        return b.Namespace.Conntrack.Any(c => IsSwitched(c, bridge)) ? true : null;
    }

    // Packets between two addresses of the bridge's subnet are switched, not routed: conntrack sees them only by br_netfilter. Either the whole
    // connection is such, or, after DNAT, its replies, which then count only where conntrack saw them.
    private static bool IsSwitched(ConntrackRecord entry, NetworkInterface bridge)
    {
        if (entry.IsDestinationNat ? !entry.Assured : entry.IsSourceNat)
            return false;
        foreach (var record in bridge.Addresses)
        {
            var prefix = record.Address;
            if (Behind(prefix, entry.Reply.Source) && Behind(prefix, entry.Reply.Destination) && !IsBroadcast(prefix, entry.Reply.Source))
                return true;
        }

        return false;
    }

    private static bool Behind(IpPrefix prefix, IpAddress address) => prefix.Address != address && !prefix.IsHost && prefix.Contains(address) && !address.IsLinkLocal;

    private static bool IsBroadcast(IpPrefix prefix, IpAddress address) =>
        address.IsIpv4 && (address.Ipv4Value | (uint)(0xFFFFFFFFUL << (32 - prefix.Length))) == uint.MaxValue;
}
