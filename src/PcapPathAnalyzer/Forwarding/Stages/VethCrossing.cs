namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>A veth pair: what goes in at one end comes out at the other (drivers/net/veth.c).</summary>
internal static class VethCrossing
{
    public static IEnumerable<Branch> Run(WalkContext context, Branch b)
    {
        var (from, to) = (b.Device!, b.Device!.Peer!);
        yield return Arrive(b, to).Step(StepKind.Veth, $"{from} to {to}", from.Link.Location, from.Name).Then(Ingress.Run);
    }

    /// <summary>Between namespaces the mark, the connection and what IPVS noted are wiped (skb_scrub_packet, net/core/skbuff.c).</summary>
    public static Branch Arrive(Branch b, Topology.NetworkInterface to)
    {
        var packet = b.Packet.WithoutConnection() with { In = to.Name, Out = null, PhysicalIn = null, PhysicalOut = null, SourceMac = b.SourceMac, DestinationMac = b.DestinationMac };
        if (to.Namespace != b.Namespace)
            packet = packet with { Mark = 0, IsPastIpvs = false };
        return b with { Namespace = to.Namespace, Device = to, Packet = packet, IsPrerouted = false, Route = null, BoundTo = null, ProxiedTo = null };
    }
}
