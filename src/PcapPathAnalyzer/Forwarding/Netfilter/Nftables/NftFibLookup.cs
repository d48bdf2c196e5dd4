using PcapPathAnalyzer.Dumps.Nftables;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Netfilter.Nftables;

/// <summary>Answers <c>fib</c> expressions by the namespace's routing (net/ipv4/netfilter/nft_fib_ipv4.c).</summary>
internal static class NftFibLookup
{
    public static NftReading Read(NetworkNamespace ns, NftFib fib, PacketState packet)
    {
        var isSource = fib.Keys.Contains("saddr");
        var address = isSource ? packet.Tuple.Source : packet.Tuple.Destination;
        var device = fib.Keys.Contains("iif") ? packet.In : fib.Keys.Contains("oif") ? packet.Out : null;
        // Of what is forwarded policy rules see the answer come in by the device that the packet leaves by, else by lo.
        var incoming = fib.Keys.Contains("iif") && packet.In is not null ? packet.Out : null;
        var query = new RouteQuery { Destination = address, Source = isSource ? packet.Tuple.Destination : packet.Tuple.Source, Mark = fib.Keys.Contains("mark") ? packet.Mark : 0, TrafficClass = packet.TrafficClass, In = incoming };
        if (fib.Result == "type")
            return NftReading.Of((address.IsIpv6 ? Ip6AddressTypes.Of(ns, query, device) : AddressTypes.Of(ns, address, device)).ToLowerInvariant());
        if (fib.Result is not ("oif" or "oifname"))
            return NftReading.Unknown;
        // What loops back has a way back by nature, but for what is forwarded (nft_fib_can_skip).
        if (packet is { In: "lo", Out: null })
            return NftReading.Of("lo");
        return PolicyRouting.Decide(ns, query with { Out = device }) is [{ Kind: not RouteKind.Unknown } only] ? NftReading.Of(only.Kind == RouteKind.Unicast && (device is null || only.Device == device) ? only.Device : "") : NftReading.Unknown;
    }
}
