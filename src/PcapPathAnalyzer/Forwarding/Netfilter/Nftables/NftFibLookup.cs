using PcapPathAnalyzer.Dumps.Nftables;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Netfilter.Nftables;

/// <summary>Answers <c>fib</c> expressions by the namespace's routing (net/ipv4/netfilter/nft_fib_ipv4.c, net/ipv6/netfilter/nft_fib_ipv6.c).</summary>
internal static class NftFibLookup
{
    public static NftReading Read(NetworkNamespace ns, NftFib fib, PacketState packet)
    {
        var isSource = fib.Keys.Contains("saddr");
        var (from, to) = isSource ? (packet.Tuple.Destination, packet.Tuple.Source) : (packet.Tuple.Source, packet.Tuple.Destination);
        var device = fib.Keys.Contains("iif") ? packet.In : fib.Keys.Contains("oif") ? packet.Out : null;
        var query = new RouteQuery
        {
            Source = GroupRoutes.IsGroup(from) ? default : from,
            Destination = to,
            Mark = fib.Keys.Contains("mark") ? packet.Mark : 0,
            // Of what is forwarded policy rules see the answer come in by the device that the packet leaves by, else by lo.
            In = fib.Keys.Contains("iif") && packet.In is not null ? packet.Out : null,
            // No device restricts the routes: whether the one that is found is by the device is asked afterwards.
            Out = to.IsIpv6 && to.IsLinkLocal ? device ?? packet.In ?? packet.Out : null,
            Protocol = packet.Tuple.Protocol,
            TrafficClass = packet.TrafficClass,
        };
        if (fib.Result == "type")
            return NftReading.Of((to.IsIpv6 ? Ip6AddressTypes.Of(ns, query, device) : AddressTypes.Of(ns, to, device)).ToLowerInvariant());
        if (fib.Result is not ("oif" or "oifname"))
            return NftReading.Unknown;
        // What loops back has a way back by nature, but for what is forwarded (nft_fib_can_skip).
        if (packet is { LoopsBack: true, Out: null })
            return NftReading.Of(packet.In);
        var ways = PolicyRouting.Decide(ns, query);
        if (ways.Any(static w => w.Kind == RouteKind.Unknown))
            return NftReading.Unknown;
        var names = ways.Select(w => Name(w, device, to.IsIpv6)).Distinct().ToList();
        return names is [var one] ? NftReading.Of(one) : NftReading.Unknown;
    }

    // Empty for none. Of several next hops IPv4 has the first here, IPv6 the one of the flow.
    private static string Name(RouteDecision way, string? device, bool isIpv6)
    {
        if (way.Kind is not (RouteKind.Unicast or RouteKind.Broadcast or RouteKind.Multicast))
            return "";
        if (device is not null)
            return (isIpv6 ? way.Device == device : way.Uses(device)) ? device : "";
        return (isIpv6 ? way.Device : way.Route?.NextHops.FirstOrDefault(static h => !h.Flags.Contains("dead"))?.Device ?? way.Device) ?? "";
    }
}
