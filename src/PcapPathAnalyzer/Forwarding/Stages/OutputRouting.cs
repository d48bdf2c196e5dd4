using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>
/// Routing of what a namespace sends itself, and again at once where the mangle or nat table of OUTPUT changed what routing looks at (ipt_mangle_out,
/// net/ipv4/netfilter/iptable_mangle.c; nf_nat_ipv4_local_fn; ip_route_me_harder). Later tables of OUTPUT still see the first output device.
/// </summary>
internal static class OutputRouting
{
    public static RouteQuery Query(Branch b) => RouteQuery.Of(b.Packet) with { Out = b.BoundTo };

    /// <summary>The branch as a chain left it, or its ways by the new routes.</summary>
    /// <param name="context">The walk's.</param>
    /// <param name="before">As it came to the chain.</param>
    /// <param name="after">As it left.</param>
    /// <param name="isNat">True for nat chains, after which addresses alone count.</param>
    public static IEnumerable<Branch> Again(WalkContext context, Branch before, Branch after, bool isNat)
    {
        var (old, now) = (before.Packet, after.Packet);
        if (after.Verdict is not null || (now.Tuple.Destination == old.Tuple.Destination && now.Tuple.Source == old.Tuple.Source && (isNat || IsUnchanged(old, now))))
            return [after];
        return context.Route(after.Namespace, PolicyRouting.Dissected(after.Namespace, Query(after) with { Out = null })).Select(d => Keep(Leave(Routing.Say(Routing.Take(after, d), d)), old.Out));
    }

    /// <summary>A loopback address as source does not leave by another device, unless route_localnet is on there (__mkroute_output, net/ipv4/route.c).</summary>
    public static Branch Leave(Branch b)
    {
        var source = b.Packet.Tuple.Source;
        if (b.Verdict is not null || !source.IsIpv4 || !source.IsLoopback || b.Route?.OutputDevice is not { } device || device == "lo" || Sysctl.Larger(b.Namespace, device, "route_localnet") is { Value: not 0 })
            return b;
        return b.Stop(StepKind.Drop, Verdict.NoRoute, $"{source} does not leave by {device} (route_localnet is not dumped as on)", b.Namespace.Interface(device)?.Link.Location);
    }

    // The TTL leads no other way; but who changes IPv6's has the packet routed by the mark that it was given before.
    private static bool IsUnchanged(PacketState old, PacketState now) =>
        now.Mark == old.Mark && now.TrafficClass == old.TrafficClass && (now.Ttl == old.Ttl || now.Tuple.Destination.IsIpv4);

    // A route that refuses costs the packet, and the sender's call fails: nothing is sent back.
    private static Branch Keep(Branch b, string? device) => b with { Packet = b.Packet with { Out = device }, Answer = null };
}
