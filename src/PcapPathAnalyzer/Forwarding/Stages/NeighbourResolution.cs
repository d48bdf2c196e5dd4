using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>The link-layer address of the next hop: from the neighbour table, or from whoever on the segment would answer (net/ipv4/arp.c).</summary>
internal static class NeighbourResolution
{
    public static IEnumerable<Branch> Run(WalkContext context, Branch branch)
    {
        var route = branch.Route!;
        if (route.Kind == RouteKind.Local)
        {
            yield return branch with { Device = branch.Namespace.Interface("lo"), Next = Egress.Loop };
            yield break;
        }

        if (branch.Namespace.Interface(route.Device ?? "") is not { } device)
        {
            yield return branch.CannotTell($"{branch.Namespace.Name} routes to {route.Device}, which no dump describes; it would take: ip addr", route.Location, route.Device);
            yield break;
        }

        if (device.Link.Flags.Count > 0 && !device.Link.IsUp)
        {
            yield return branch.Stop(StepKind.Drop, Verdict.NoRoute, $"{device.Name} is down", device.Link.Location, device.Name);
            yield break;
        }

        var b = branch with { Device = device, SourceMac = device.Mac };
        if (route.Kind is RouteKind.Broadcast or RouteKind.Multicast)
        {
            var group = GroupFrames.AddressOf(b.Packet.Tuple.Destination);
            yield return (b with { DestinationMac = group }).Step(StepKind.Neighbour, $"{b.Packet.Tuple.Destination} is at {group}: everyone on the link of {device.Name} hears the frame", device.Link.Location).Then(Egress.Run);
            yield break;
        }

        if (!NeedsNeighbour(device))
        {
            yield return b.Then(Egress.Run);
            yield break;
        }

        yield return Resolve(context, b, device, route.NextHop is { Gateway.IsNone: false } hop ? hop.Gateway : branch.Packet.Tuple.Destination);
    }

    private static bool NeedsNeighbour(NetworkInterface device) =>
        !device.IsLoopback && device.Link.LinkLayer is not ("none" or "ipip" or "tunnel" or "sit" or "gre" or "tunnel6" or "ip6gre" or "ppp") && !device.Link.Flags.Contains("NOARP");

    private static Branch Resolve(WalkContext context, Branch b, NetworkInterface device, IpAddress nextHop)
    {
        var entry = b.Namespace.Neighbours.FirstOrDefault(n => n.Address == nextHop && !n.Proxy && (n.Interface is null || n.Interface == device.Name));
        if (entry is { IsUsable: true })
            return (b with { DestinationMac = entry.LinkLayerAddress }).Step(StepKind.Neighbour, $"{nextHop} is at {entry.LinkLayerAddress} ({entry.State ?? "no state printed"})", entry.Location).Then(Egress.Run);
        if (entry is { State: "FAILED" or "INCOMPLETE" })
            return b.Stop(StepKind.Drop, Verdict.NeighbourUnreachable, $"{nextHop} does not answer on {device.Name}: the neighbour entry is {entry.State}", entry.Location) with { Answer = new IcmpAnswer("icmp-host-unreachable") };
        if (Segment.WhoAnswers(context, device, nextHop) is { } answer)
            return (b with { DestinationMac = answer.Device.Mac }).Step(StepKind.Neighbour, $"no neighbour entry for {nextHop}; {answer.Device} answers for it{answer.Why}", answer.Location).Then(Egress.Run);
        if (Segment.IsKnown(device))
            return b.Stop(StepKind.Drop, Verdict.NeighbourUnreachable, $"nobody on the segment of {device.Name} has {nextHop}, and no neighbour entry names it") with { Answer = new IcmpAnswer("icmp-host-unreachable") };
        return b.Stop(StepKind.Leave, Verdict.LeavesBundle, $"leaves by {device.Name} for {nextHop}, which no dump of the bundle has", b.Route?.Location);
    }
}
