using PcapPathAnalyzer.Forwarding.Routing;
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
        // Up to the host PREROUTING sees the same either way: at the IP layer, where it is not run in the bridge.
        if (setting == false || GoesUp(b, bridge))
            return [BridgeForwarding.Decide(context, b, port, bridge)];
        return setting == true ? Call(context, b, port, bridge) : Both(context, b, port, bridge);
    }

    private static IEnumerable<Branch> Call(WalkContext context, Branch b, NetworkInterface port, NetworkInterface bridge)
    {
        var before = b.Packet.Tuple.Destination;
        return NetfilterHook.Run(context, b with { Packet = b.Packet with { PhysicalIn = port.Name } }, "PREROUTING")
            .Select(x => x.Verdict is null ? Routed(context, x with { IsPrerouted = true }, before, port, bridge) : x);
    }

    public static IEnumerable<Branch> Forward(WalkContext context, Branch b, NetworkInterface from, NetworkInterface bridge, NetworkInterface to)
    {
        if (!b.IsPrerouted)
            return [b.Then(Egress.Run)];
        b = b with { Packet = b.Packet with { In = bridge.Name, Out = bridge.Name, PhysicalIn = from.Name, PhysicalOut = to.Name } };
        return NetfilterHook.Run(context, b, "FORWARD").SelectMany(x => x.Verdict is null ? NetfilterHook.Run(context, x with { Packet = x.Packet with { In = null } }, "POSTROUTING") : [x])
            .Select(x => (x with { IsPrerouted = false, Device = to }).Then(Egress.Run));
    }

    private static bool GoesUp(Branch b, NetworkInterface bridge) =>
        b.DestinationMac.IsNone || b.DestinationMac == bridge.Mac || bridge.Ports.Any(p => p.Mac == b.DestinationMac);

    // br_nf_pre_routing_finish: where DNAT changed the destination, routing says whether it is still behind this bridge.
    private static Branch Routed(WalkContext context, Branch b, Primitives.IpAddress before, NetworkInterface port, NetworkInterface bridge)
    {
        if (b.Packet.Tuple.Destination == before)
            return BridgeForwarding.Decide(context, b, port, bridge);
        var route = PolicyRouting.Decide(b.Namespace, new RouteQuery { Destination = b.Packet.Tuple.Destination, Source = b.Packet.Tuple.Source, Mark = b.Packet.Mark, In = bridge.Name })[0];
        if (route.Kind == RouteKind.Unicast && route.Device == bridge.Name)
        {
            var next = route.NextHop is { Gateway.IsNone: false } hop ? hop.Gateway : b.Packet.Tuple.Destination;
            if (b.Namespace.Neighbours.FirstOrDefault(n => n.Address == next && n.IsUsable) is { } neighbour)
                return BridgeForwarding.Decide(context, (b with { DestinationMac = neighbour.LinkLayerAddress }).Step(StepKind.Neighbour, $"{next} is at {neighbour.LinkLayerAddress}", neighbour.Location), port, bridge);
        }

        return BridgeForwarding.Decide(context, b with { DestinationMac = bridge.Mac }, port, bridge);
    }

    // The sysctl was not dumped: both ways are followed until the bridge is done with the frame, and kept apart only where they differ.
    private static IEnumerable<Branch> Both(WalkContext context, Branch b, NetworkInterface port, NetworkInterface bridge)
    {
        var name = BridgeCalls.Name(b);
        var on = Call(context, b, port, bridge).SelectMany(x => Drain(context, x)).ToList();
        var off = Drain(context, BridgeForwarding.Decide(context, b, port, bridge)).ToList();
        if (on is [{ Verdict: null } one] && off is [{ Verdict: null } other] && one.Packet.Tuple == other.Packet.Tuple && one.Device == other.Device)
        {
            var noted = b.Step(StepKind.Bridge, $"{bridge.Name} shows the frame to iptables if {name} is on (not dumped); no rule changes its way", bridge.Link.Location, bridge.Name);
            return Call(context, noted, port, bridge).SelectMany(x => Drain(context, x));
        }

        return [.. on.Select(x => Assume(x, name, true)), .. off.Select(x => Assume(x, name, false))];
    }

    private static Branch Assume(Branch b, string name, bool value) =>
        b.If($"{name} is {(value ? "1 (not dumped; Kubernetes asks for it)" : "0 (not dumped)")}", isUsual: value) with { Assumptions = b.Assumptions.SetItem(name, value) };

    // Until the frame is out of a port, or up to the host, or its way has ended.
    private static IEnumerable<Branch> Drain(WalkContext context, Branch b) =>
        b.Verdict is not null || b.Next is null || b.Next == Egress.Run || b.Next == Ingress.Accept ? [b] : b.Next(context, b).SelectMany(x => Drain(context, x));
}
