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
                if (IsBroadcast(record, address))
                    return new RouteDecision(RouteKind.Broadcast) { Local = record, NextHop = new NextHop { Device = i.Name } };
            }
        }

        return address.IsLoopback ? new RouteDecision(RouteKind.Local) { NextHop = new NextHop { Device = "lo" } } : null;
    }

    /// <summary>The last address of its subnet is one whether or not the address names it.</summary>
    public static bool IsBroadcast(AddressRecord record, IpAddress address) =>
        address.IsIpv4 && ((record.Broadcast == address && !record.Broadcast.IsNone)
        || (record.Address.Length is > 0 and < 31 && record.Address.Contains(address) && (address.Ipv4Value | (uint.MaxValue << (32 - record.Address.Length))) == uint.MaxValue));
}
