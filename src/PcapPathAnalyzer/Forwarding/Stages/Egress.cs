using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>A frame handed to a device: what the device does with it depends on its kind.</summary>
internal static class Egress
{
    public static IEnumerable<Branch> Run(WalkContext context, Branch b)
    {
        var device = b.Device!;
        if (device.IsLoopback)
            return Loop(context, b);
        if (device.IsBridge && device.Link.LinkKind != "bond")
            return BridgeForwarding.FromHost(context, b);
        if (device.IsVxlan)
            return VxlanEncapsulation.Run(context, b);
        if (device.Link.LinkKind == "geneve")
            return GeneveEncapsulation.Run(context, b);
        if (device.Link.LinkKind is "ipip" or "gre" or "sit" or "ip6tnl" || device.Link.Tunnel is not null)
            return IpIpEncapsulation.Run(context, b);
        if (device.Link.Vlan is { } vlan)
            return [LowerDevice(b, device, b => b with { Vlans = b.Vlans.Push(vlan.Id) })];
        if (device.Link.LinkKind is "wireguard" or "tun" or "xfrm" or "vti")
            return [b.CannotTell($"{device.Name} is a {device.Link.LinkKind} device: where its packets go is not in the dumps{(device.Link.LinkKind == "wireguard" ? "; it would take: wg show" : "")}", device.Link.Location)];
        if (device.Link.LinkKind == "dummy")
            return [b.Stop(StepKind.Drop, Verdict.NoRoute, $"{device.Name} is a dummy device, which drops everything", device.Link.Location)];
        return device.Peer is null ? Wire.Run(context, b) : VethCrossing.Run(context, b);
    }

    /// <summary>lo hands everything back in, connection and mark included (drivers/net/loopback.c).</summary>
    public static IEnumerable<Branch> Loop(WalkContext context, Branch b)
    {
        yield return (b with { Packet = b.Packet with { In = "lo", Out = null }, SourceMac = default, DestinationMac = default, Device = b.Namespace.Interface("lo") ?? b.Device }).Then(Ingress.Accept);
    }

    private static Branch LowerDevice(Branch b, NetworkInterface device, Func<Branch, Branch> change)
    {
        var name = device.Link.Peer;
        if (name is null || b.Namespace.Interface(name) is not { } lower)
            return b.CannotTell($"the device under {device.Name} is not in the dumps", device.Link.Location);
        return change(b with { Device = lower }).Step(StepKind.Veth, $"{device.Name} tags the frame with VLAN {device.Link.Vlan!.Id} and hands it to {lower.Name}", device.Link.Location).Then(Run);
    }
}
