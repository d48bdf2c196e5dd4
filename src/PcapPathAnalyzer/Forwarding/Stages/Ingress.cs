using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>A frame arrives at a device (__netif_receive_skb_core): to the bridge it is a port of, to a VLAN device on it, or to the IP layer.</summary>
internal static class Ingress
{
    public static IEnumerable<Branch> Run(WalkContext context, Branch b)
    {
        var device = b.Device!;
        if (device.Link.Flags.Count > 0 && !device.Link.IsUp)
            return [b.Stop(StepKind.Drop, Verdict.NeighbourUnreachable, $"{device} is down", device.Link.Location)];
        if (Ebpf(device) is { } why)
            return [b.CannotTell(why, device.Link.Location)];
        if (device.Master is { } master)
        {
            if (master.IsBridge && master.Link.LinkKind is null or "bridge")
                return BridgeForwarding.FromPort(context, b);
            if (master.Link.LinkKind == "bond" || device.Link.Details.ContainsKey("bond_slave"))
                return [(b with { Device = master, Packet = b.Packet with { In = master.Name } }).Then(Run)];
            return [b.CannotTell($"{device} belongs to {master.Name} ({master.Link.LinkKind ?? "kind not dumped"}), which is not walked", device.Link.Location)];
        }

        if (!b.Vlans.IsEmpty)
        {
            var id = b.Vlans.Peek();
            return b.Namespace.Interfaces.FirstOrDefault(i => i.Link.Vlan?.Id == id && i.Link.Peer == device.Name) is { } vlan
                ? [(b with { Device = vlan, Vlans = b.Vlans.Pop(), Packet = b.Packet with { In = vlan.Name } }).Then(Run)]
                : [b.Stop(StepKind.Drop, Verdict.NeighbourUnreachable, $"{device} has no device for VLAN {id}", device.Link.Location)];
        }

        return Accept(context, b);
    }

    /// <summary>The IP layer takes what is addressed to the device: PREROUTING, then routing.</summary>
    public static IEnumerable<Branch> Accept(WalkContext context, Branch b)
    {
        var device = b.Device!;
        if (!b.DestinationMac.IsNone && !device.Mac.IsNone && !b.DestinationMac.IsGroup && b.DestinationMac != device.Mac && !device.IsLoopback)
            return [b.Stop(StepKind.Drop, Verdict.NeighbourUnreachable, $"{device} has {device.Mac}, not {b.DestinationMac}: the frame is for somebody else", device.Link.Location)];
        if (b.IsPrerouted)
            return [(b with { IsPrerouted = false }).Then(RouteInput.Run)];
        // On lo a packet keeps the route it was sent by, unless its destination is translated now (nf_nat_ipv4_pre_routing).
        return NetfilterHook.Run(context, b, "PREROUTING").Select(x => x.Then(device.IsLoopback && x.Packet.Tuple.Destination == b.Packet.Tuple.Destination ? RouteInput.Kept : RouteInput.Run));
    }

    // Cilium's programs on these devices route and translate before the IP layer sees a packet; iptables rules say nothing of it.
    private static string? Ebpf(NetworkInterface device) =>
        device.Name.StartsWith("lxc", StringComparison.Ordinal) && device.Namespace.Interface("cilium_host") is not null
            ? $"{device} is handled by Cilium's eBPF programs, which the dumps do not show; it would take: cilium-dbg bpf lb list, cilium-dbg bpf ct list global, cilium-dbg endpoint list"
            : null;
}
