using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Forwarding.Stages;

namespace PcapPathAnalyzer.Forwarding.Ipvs;

/// <summary>What a server behind NAT answers gets the virtual address for its source, at INPUT, FORWARD and OUTPUT, a bridge's FORWARD too (ip_vs_out_hook, handle_response, net/netfilter/ipvs/ip_vs_core.c).</summary>
internal static class AnswerHook
{
    public static IEnumerable<Branch> Run(WalkContext context, Branch b, string hook)
    {
        var packet = b.Packet;
        if (packet.IsPastIpvs || b.VirtualConnections.IsEmpty)
            return [b];
        if (packet.IcmpError is { } quoted)
            return b.VirtualConnections.Find(c => c.Namespace == b.Namespace && c.IsMasqueraded && (quoted == c.Given || quoted == c.Asked)) is { } refused ? [Error(b, refused, hook)] : [b];
        return b.VirtualConnections.Find(c => c.Namespace == b.Namespace && c.IsMasqueraded && packet.Tuple == c.Given.Reversed) is { } connection
            ? Reroute(context, b, Translate(b, connection, packet.Tuple with { Source = connection.Asked.Destination, SourcePort = connection.Asked.DestinationPort }, hook), hook)
            : [b];
    }

    // The error's own address and the packet quoted inside become the service's (ip_vs_nat_icmp).
    private static Branch Error(Branch b, VirtualConnection connection, string hook) =>
        Translate(b with { Packet = b.Packet with { IcmpError = connection.Asked } }, connection, b.Packet.Tuple with { Source = connection.Asked.Destination }, hook);

    private static Branch Translate(Branch b, VirtualConnection connection, Primitives.FiveTuple tuple, string hook)
    {
        var packet = b.Packet with { Tuple = tuple, SourcePorts = null, IsPastIpvs = true };
        var text = $"IPVS: source {Translation.Endpoint(b.Packet, false)} becomes {Translation.Endpoint(packet, false)}, as the client asked";
        b = ConntrackSetting.Apply(b with { Packet = packet });
        return b.Add(new PathStep(StepKind.UnNat, b.Namespace.Name, text, b.Packet) { Hook = hook, Location = connection.Service.Location, Depth = b.Depth });
    }

    // As if the namespace itself sent it from the virtual address (ip_vs_route_me_harder, with net.ipv4.vs.snat_reroute, which is 1 by default). What a bridge
    // switches has no route that counts.
    private static IEnumerable<Branch> Reroute(WalkContext context, Branch before, Branch after, string hook)
    {
        if (hook == "INPUT" || before.Route is not { Kind: RouteKind.Unicast } old || before.Packet.PhysicalOut is not null || WalkContext.Sysctl(before.Namespace, "net.ipv4.vs.snat_reroute") == 0)
            return [after];
        var decisions = context.Route(after.Namespace, OutputRouting.Query(after));
        return decisions is [{ Kind: RouteKind.Unicast } same] && same.Device == old.Device && same.NextHop?.Gateway == old.NextHop?.Gateway
            ? [after]
            : decisions.Select(d => Stages.Routing.Say(Stages.Routing.Take(after, d), d));
    }
}
