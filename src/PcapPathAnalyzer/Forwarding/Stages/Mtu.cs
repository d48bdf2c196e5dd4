using PcapPathAnalyzer.Forwarding.Routing;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>A packet larger than the device it leaves by (ip_exceeds_mtu, ip_finish_output): refused where it may not be fragmented.</summary>
internal static class Mtu
{
    public static IEnumerable<Branch> Run(WalkContext context, Branch branch)
    {
        yield return Check(branch, isForwarded: false).Then(NeighbourResolution.Run);
    }

    /// <summary>The branch as it came, or its end where the packet is too big.</summary>
    public static Branch Check(Branch b, bool isForwarded)
    {
        if (b.Verdict is not null || b.Route is not { Kind: RouteKind.Unicast } route || b.Namespace.Interface(route.Device ?? "") is not { } device)
            return b;
        var mtu = route.Route is { Mtu: > 0 } r ? r.Mtu : device.Link.Mtu;
        if (mtu == 0 || b.Packet.Length <= mtu || (!b.Packet.DontFragment && b.Packet.Tuple.Destination.IsIpv4) || (!isForwarded && !b.Packet.DontFragment))
            return b;
        var text = $"{b.Packet.Length} bytes do not fit the MTU of {mtu} of {device.Name}, and the packet must not be fragmented";
        return b.Stop(StepKind.Reject, Verdict.TooBig, text, route.Route is { Mtu: > 0 } ? route.Location : device.Link.Location, device.Name) with { Answer = new IcmpAnswer("icmp-fragmentation-needed") };
    }
}
