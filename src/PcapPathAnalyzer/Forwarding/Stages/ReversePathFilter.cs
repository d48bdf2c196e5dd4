using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>Source validation (__fib_validate_source, net/ipv4/fib_frontend.c): one's own addresses from outside, and rp_filter. IPv4 only.</summary>
internal static class ReversePathFilter
{
    /// <summary>What the words of such a drop begin with: its verdict is that of a missing route.</summary>
    public const string Words = "reverse path filter";

    public static IEnumerable<Branch> Check(Branch b, RouteQuery query)
    {
        if (query.Source.IsIpv6 || b.Device is null || query.Source.IsUnspecified)
            return [b];
        if (RouteLookup.IsLocal(b.Namespace, query.Source) && WalkContext.Sysctl(b.Namespace, $"net.ipv4.conf.{b.Packet.In}.accept_local") is not 1)
            return [b.Stop(StepKind.Drop, Verdict.NoRoute, $"martian source: {query.Source} is an address of {b.Namespace.Name} itself", b.Device.Link.Location)];
        var all = WalkContext.Sysctl(b.Namespace, "net.ipv4.conf.all.rp_filter");
        var own = WalkContext.Sysctl(b.Namespace, $"net.ipv4.conf.{b.Packet.In}.rp_filter");
        int? mode = all is null && own is null ? null : Math.Max(all ?? 0, own ?? 0);
        if (mode == 0)
            return [b];
        var reverse = PolicyRouting.Decide(b.Namespace, new RouteQuery { Source = query.Destination, Destination = query.Source, In = b.Packet.In, Protocol = query.Protocol, TrafficClass = query.TrafficClass });
        if (reverse.Any(r => r.Kind == RouteKind.Unknown))
            return [b];
        var isRouted = reverse.Any(r => r.Kind is RouteKind.Unicast);
        var isSame = reverse.Any(r => r.Kind is RouteKind.Unicast && r.Route!.NextHops.Any(h => h.Device == b.Packet.In));
        if (isSame || (isRouted && mode == 2))
            return [b];
        var at = (b.Namespace.Sysctls.GetValueOrDefault($"net.ipv4.conf.{b.Packet.In}.rp_filter") ?? b.Namespace.Sysctls.GetValueOrDefault("net.ipv4.conf.all.rp_filter"))?.Location;
        var drop = b.Stop(StepKind.Drop, Verdict.NoRoute, $"{Words}: {b.Namespace.Name} would not answer {query.Source} by {b.Packet.In}{(mode is { } m ? $" (rp_filter {m})" : "")}", at);
        if (mode is not null)
            return [drop];
        var name = $"net.ipv4.conf.{b.Packet.In}.rp_filter of {b.Namespace.Name}";
        return [b.If($"{name} lets it pass (not dumped)", isUsual: true), drop.If($"{name} is {(isRouted ? "1" : "1 or 2")} (not dumped)", isUsual: false)];
    }
}
