using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>
/// What a namespace sends to a group comes back to it where it is of the group itself: a copy, by the device that it is sent by (ip_mc_output,
/// net/ipv4/ip_output.c; ip6_finish_output2, net/ipv6/ip6_output.c). A socket may have switched that off (IP_MULTICAST_LOOP), which no dump tells.
/// </summary>
internal static class OwnCopy
{
    /// <summary>The packet that is sent, and its copy where there is one, each with what comes next.</summary>
    public static IEnumerable<Branch> Of(Branch b, Stage away, Stage back)
    {
        if (b.Route is not { Kind: RouteKind.Broadcast or RouteKind.Multicast, Device: { } name } || b.Packet.In is not null || b.Depth > 0 || b.Namespace.Interface(name) is not { IsLoopback: false })
            return [b.Then(away)];
        var group = b.Packet.Tuple.Destination;
        if (group.IsMulticast && !GroupInput.IsMember(b.Namespace, name, group))
            return [b.Then(away), b.If(GroupInput.Joined(b.Namespace, name, group), isUsual: false).Then(back)];
        return GroupFrames.Copies(b, [(x => x.Then(away), $"those on {name}'s link"), (x => x.Then(back), $"{b.Namespace.Name} itself")]);
    }

    /// <summary>It comes in by the device, and keeps the route that it was sent by (dev_loopback_xmit, net/core/dev.c).</summary>
    public static IEnumerable<Branch> Receive(WalkContext context, Branch b)
    {
        var device = b.Namespace.Interface(b.Route!.Device!)!;
        b = b with { Device = device, Packet = b.Packet with { In = device.Name, Out = null, IsLoopedBack = true, DestinationMac = GroupFrames.AddressOf(b.Packet.Tuple.Destination) } };
        b = b.Step(StepKind.Veth, $"{device} hands the sender a copy of its own", device.Link.Location);
        return NetfilterHook.Run(context, b, "PREROUTING").Select(static x => x.Then(RouteInput.Deliver));
    }
}
