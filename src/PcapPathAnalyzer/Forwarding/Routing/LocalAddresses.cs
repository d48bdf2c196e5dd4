using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Routing;

/// <summary>The local table as the kernel fills it from a namespace's addresses (net/ipv4/fib_frontend.c, fib_add_ifaddr).</summary>
internal static class LocalAddresses
{
    public static RouteDecision? Find(NetworkNamespace ns, IpAddress address)
    {
        foreach (var i in ns.Interfaces)
        {
            foreach (var record in i.Addresses)
            {
                // On the loopback device the whole prefix is local, elsewhere the address alone.
                if (record.Address.Address == address || (i.IsLoopback && record.Address.Contains(address)))
                    return new RouteDecision(RouteKind.Local) { Local = record, NextHop = new NextHop { Device = i.Name } };
                if (address.IsIpv4 && IsBroadcast(record, address))
                    return new RouteDecision(RouteKind.Broadcast) { Local = record, NextHop = new NextHop { Device = i.Name } };
            }
        }

        if (address.IsLoopback)
            return new RouteDecision(RouteKind.Local) { NextHop = new NextHop { Device = "lo" } };
        return address.IsLimitedBroadcast ? new RouteDecision(RouteKind.Broadcast) : null;
    }

    private static bool IsBroadcast(AddressRecord record, IpAddress address) =>
        (record.Broadcast == address && !record.Broadcast.IsNone)
        || (record.Address.Length < 31 && record.Address.Contains(address) && (address.Ipv4Value | (uint.MaxValue << (32 - record.Address.Length))) == uint.MaxValue);
}
