using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

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
        var device = b.Packet.In ?? b.Device.Name;
        if (RouteLookup.IsLocal(b.Namespace, query.Source) && Sysctl.Larger(b.Namespace, device, "accept_local") is not { Value: not 0 })
            return [b.Stop(StepKind.Drop, Verdict.NoRoute, $"martian source: {query.Source} is an address of {b.Namespace.Name} itself", b.Device.Link.Location)];
        var setting = Sysctl.Larger(b.Namespace, device, "rp_filter");
        var mode = setting?.Value;
        if (mode == 0)
            return [b];
        // The mark counts only where src_valid_mark says so (IN_DEV_SRC_VMARK).
        var mark = Sysctl.Larger(b.Namespace, device, "src_valid_mark") is { Value: not 0 } ? query.Mark : 0;
        // Asked as if the answer came in by the device that the packet would go out by, and of what is for the namespace itself, by lo.
        var incoming = b.Route is { Kind: RouteKind.Unicast } forwarded ? forwarded.Device : null;
        var turned = query with { Source = query.Destination, Destination = query.Source, SourcePorts = query.DestinationPorts, DestinationPorts = query.SourcePorts, Mark = mark, In = incoming };
        var reverse = PolicyRouting.Decide(b.Namespace, PolicyRouting.Dissected(b.Namespace, turned));
        if (reverse.Any(r => r.Kind == RouteKind.Unknown))
            return [b];
        var isRouted = reverse.Any(r => r.Kind is RouteKind.Unicast);
        var isSame = reverse.Any(r => r.Kind is RouteKind.Unicast && r.Uses(device));
        if (isSame || (isRouted && mode == 2))
            return [b];
        var drop = b.Stop(StepKind.Drop, Verdict.NoRoute, $"{Words}: {b.Namespace.Name} would not answer {query.Source} by {device}{(mode is { } m ? $" (rp_filter {m})" : "")}", setting?.Record.Location);
        if (mode is not null)
            return [drop];
        var name = $"net.ipv4.conf.{device}.rp_filter of {b.Namespace.Name}";
        return [b.If($"{name} lets it pass (not dumped)", isUsual: true), drop.If($"{name} is {(isRouted ? "1" : "1 or 2")} (not dumped)", isUsual: false)];
    }
}
