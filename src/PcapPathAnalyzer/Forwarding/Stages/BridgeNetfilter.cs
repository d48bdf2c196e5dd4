using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>
/// br_netfilter (net/bridge/br_netfilter_hooks.c): with bridge-nf-call-iptables on, what a bridge switches goes through the IP hooks too, the bridge
/// standing for both devices. A destination translated there is switched on if it is behind the same bridge, and otherwise goes up to be routed.
/// </summary>
internal static class BridgeNetfilter
{
    public static IEnumerable<Branch> Prerouting(WalkContext context, Branch b, NetworkInterface port, NetworkInterface bridge)
    {
        var setting = BridgeCalls.Setting(b, bridge);
        if (setting == false)
            return BridgeForwarding.Decide(context, b, port, bridge);
        // A frame to the host meets PREROUTING either way; the setting decides only where.
        return setting == true || BridgeForwarding.IsForHost(b, bridge) ? Call(context, b, port, bridge, setting == true) : Both(context, b, port, bridge);
    }

    private static IEnumerable<Branch> Call(WalkContext context, Branch b, NetworkInterface port, NetworkInterface bridge, bool isCertain)
    {
        var before = b.Packet.Tuple.Destination;
        foreach (var x in NetfilterHook.Run(context, b with { Packet = b.Packet with { PhysicalIn = port.Name } }, "PREROUTING"))
        {
            if (x.Verdict is not null)
            {
                yield return x;
                continue;
            }

            var after = x with { IsPrerouted = true };
            if (x.Packet.Tuple.Destination == before || NextBehind(after, bridge) is not { } neighbour)
            {
                var up = x.Packet.Tuple.Destination == before ? after : after with { DestinationMac = bridge.Mac };
                foreach (var decided in BridgeForwarding.Decide(context, up, port, bridge))
                    yield return decided;
                continue;
            }

            foreach (var bridged in BridgeForwarding.Decide(context, (after with { DestinationMac = neighbour.Mac }).Step(StepKind.Neighbour, $"{bridge.Name} routes {x.Packet.Tuple.Destination} to itself and switches the frame to {neighbour.Mac}, TTL unchanged (br_netfilter)", neighbour.Location), port, bridge))
                yield return isCertain ? bridged : Assume(bridged, BridgeCalls.Name(b), true);
            if (isCertain)
                continue;
            foreach (var routed in BridgeForwarding.Decide(context, after with { DestinationMac = bridge.Mac }, port, bridge))
                yield return Assume(routed, BridgeCalls.Name(b), false);
        }
    }

    public static IEnumerable<Branch> Forward(WalkContext context, Branch b, NetworkInterface from, NetworkInterface bridge, NetworkInterface to)
    {
        if (!b.IsPrerouted)
            return [b.Then(Egress.Run)];
        b = b with { Packet = b.Packet with { In = bridge.Name, Out = bridge.Name, PhysicalIn = from.Name, PhysicalOut = to.Name } };
        return NetfilterHook.Run(context, b, "FORWARD").SelectMany(x => x.Verdict is null ? NetfilterHook.Run(context, x with { Packet = x.Packet with { In = null } }, "POSTROUTING") : [x])
            .Select(x => (x with { IsPrerouted = false, Device = to }).Then(Egress.Run));
    }

    // br_nf_pre_routing_finish: a destination changed to one that routing sends out by this very bridge is switched, not routed.
    private static (MacAddress Mac, Diagnostics.SourceLocation? Location)? NextBehind(Branch b, NetworkInterface bridge)
    {
        var route = PolicyRouting.Decide(b.Namespace, RouteQuery.Of(b.Packet) with { In = bridge.Name })[0];
        if (route.Kind != RouteKind.Unicast || route.Device != bridge.Name)
            return null;
        var next = route.NextHop is { Gateway.IsNone: false } hop ? hop.Gateway : b.Packet.Tuple.Destination;
        if (b.Namespace.Neighbours.FirstOrDefault(n => n.Address == next && n.IsUsable) is { } neighbour)
            return (neighbour.LinkLayerAddress, neighbour.Location);
        return bridge.Ports.FirstOrDefault(p => p.Peer is { } peer && peer.Addresses.Any(a => a.Address.Address == next)) is { } port ? (port.Peer!.Mac, null) : null;
    }

    // The sysctl was not dumped: both ways are followed until the bridge is done with the frame, and kept apart only where they differ.
    private static IEnumerable<Branch> Both(WalkContext context, Branch b, NetworkInterface port, NetworkInterface bridge)
    {
        var name = BridgeCalls.Name(b);
        var on = Call(context, b, port, bridge, isCertain: true).SelectMany(x => Drain(context, x)).ToList();
        var off = BridgeForwarding.Decide(context, b, port, bridge).SelectMany(x => Drain(context, x)).ToList();
        if (on is [{ Verdict: null } one] && off is [{ Verdict: null } other] && one.Packet.Tuple == other.Packet.Tuple && one.Device == other.Device)
        {
            var noted = b.Step(StepKind.Bridge, $"{bridge.Name} shows the frame to iptables if {name} is on (not dumped); no rule changes its way", bridge.Link.Location, bridge.Name);
            return Call(context, noted, port, bridge, isCertain: true).SelectMany(x => Drain(context, x));
        }

        return [.. on.Select(x => Assume(x, name, true)), .. off.Select(x => Assume(x, name, false))];
    }

    private static Branch Assume(Branch b, string name, bool value) =>
        b.If($"{name} is {(value ? "1 (not dumped; Kubernetes asks for it)" : "0 (not dumped)")}", isUsual: value) with { Assumptions = b.Assumptions.SetItem(name, value) };

    // Until the frame is out of a port, or up to the host, or its way has ended.
    private static IEnumerable<Branch> Drain(WalkContext context, Branch b) =>
        b.Verdict is not null || b.Next is null || b.Next == Egress.Run || b.Next == Ingress.Accept ? [b] : b.Next(context, b).SelectMany(x => Drain(context, x));
}
