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
        var setting = Setting(b, bridge);
        // Up to the host PREROUTING sees the same either way: at the IP layer, where it is not run in the bridge.
        if (setting == false || GoesUp(b, bridge))
            return [BridgeForwarding.Decide(context, b, port, bridge)];
        var original = b.Packet;
        var on = NetfilterHook.Run(context, b with { Packet = b.Packet with { PhysicalIn = port.Name } }, "PREROUTING").Select(x => x.Verdict is null ? Routed(context, x with { IsPrerouted = true }, original.Tuple.Destination, port, bridge) : x);
        if (setting == true)
            return on;
        return Both(b, on, () => BridgeForwarding.Decide(context, b, port, bridge));
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

    // The sysctl was not dumped: if the rules would neither drop nor change the packet, it makes no difference.
    private static IEnumerable<Branch> Both(Branch b, IEnumerable<Branch> on, Func<Branch> off)
    {
        var list = on.ToList();
        if (list.TrueForAll(x => x.Verdict is null && x.Packet.Tuple == b.Packet.Tuple && !x.Packet.IsReply) && !b.Namespace.Tables.Any(t => t.Chains.TryGetValue("FORWARD", out var f) && (f.Rules.Count > 0 || f.Policy == "DROP")))
            return [off()];
        var name = $"net.bridge.bridge-nf-call-iptables of {b.Namespace.Name}";
        return [.. list.Select(x => x.If($"{name} is 1 (not dumped)")), off().If($"{name} is 0 (not dumped)")];
    }

    // The bridge's own option, or the sysctl for all bridges; null where the sysctl was not dumped.
    private static bool? Setting(Branch b, NetworkInterface bridge)
    {
        var isIpv6 = b.Packet.Tuple.Destination.IsIpv6;
        if (isIpv6 ? bridge.Link.Bridge?.CallIp6tables == true : bridge.Link.Bridge?.CallIptables == true)
            return true;
        if (b.Namespace.Tables.Count == 0 && b.Namespace.DumpedKinds.Contains("iptables-save"))
            return false;
        return WalkContext.Sysctl(b.Namespace, $"net.bridge.bridge-nf-call-ip{(isIpv6 ? "6" : "")}tables") is { } value ? value != 0 : null;
    }
}
