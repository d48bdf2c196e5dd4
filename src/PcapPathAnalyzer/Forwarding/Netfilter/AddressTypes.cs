using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Netfilter;

/// <summary>What kind of address the namespace's routing takes one for (net/netfilter/xt_addrtype.c, inet_addr_type).</summary>
internal static class AddressTypes
{
    public static Answer Ask(NetworkNamespace ns, AddressTypeMatch match, PacketState packet)
    {
        var address = match.IsSource ? packet.Tuple.Source : packet.Tuple.Destination;
        var device = match.LimitToIncoming ? packet.In : match.LimitToOutgoing ? packet.Out : null;
        if (address.IsIpv6)
            return RuleMatcher.Of(Ip6AddressTypes.Matches(ns, address, device, match.Types));
        var type = Of(ns, address, device);
        return RuleMatcher.Of(match.Types.Any(t => string.Equals(t, type, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>Of IPv4.</summary>
    /// <param name="device">Only this device's addresses count as local; null for any.</param>
    internal static string Of(NetworkNamespace ns, IpAddress address, string? device)
    {
        if (address.IsMulticast)
            return "MULTICAST";
        if (address.IsLimitedBroadcast)
            return "BROADCAST";
        if (address.IsUnspecified)
            return "BROADCAST";
        foreach (var i in ns.Interfaces)
        {
            if (device is not null && i.Name != device)
                continue;
            foreach (var record in i.Addresses)
            {
                if (record.Address.Address == address || (i.IsLoopback && record.Address.Contains(address)))
                    return "LOCAL";
                if (LocalAddresses.IsBroadcast(record, address))
                    return "BROADCAST";
            }
        }

        if (address.IsLoopback && device is null)
            return "LOCAL";
        // Only the local table is asked, which is one with the main table until there is a policy rule beside the usual ones (fib_unmerge, net/ipv4/fib_frontend.c).
        return ns.PolicyRules.Any(static r => !r.IsIpv6 && !PolicyRouting.IsUsual(r)) ? "UNICAST" : RouteLookup.Find(ns, address)?.Type.ToUpperInvariant() ?? "UNICAST";
    }
}
