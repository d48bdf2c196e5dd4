using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>A Geneve device has one remote and one network identifier (geneve_xmit, drivers/net/geneve.c; RFC 8926); one that is external is told both with each packet.</summary>
internal static class GeneveEncapsulation
{
    /// <summary>The port where a device names no other (RFC 8926 section 3.3).</summary>
    public const int Port = 6081;

    public static IEnumerable<Branch> Run(WalkContext context, Branch b)
    {
        var device = b.Device!;
        if (device.Link.Tunnel is not { } tunnel)
        {
            yield return b.CannotTell($"{device.Name} is a Geneve device of which neither VNI nor remote is known; it would take: ip -d link", device.Link.Location);
            yield break;
        }

        if (tunnel.External || tunnel.Remote.IsNone || tunnel.Remote.IsUnspecified)
        {
            yield return b.CannotTell($"{device.Name} takes its destination from routes, Open vSwitch or eBPF (external); it would take: ip route (encap ip), ovs-ofctl dump-flows", device.Link.Location);
            yield break;
        }

        var capsule = new Capsule("geneve", (int)tunnel.Id, b.Packet, b.SourceMac, b.DestinationMac, b.Inner) { Device = device.Name };
        var outer = new FiveTuple(default, 0, tunnel.Remote, (ushort)(tunnel.DestinationPort == 0 ? Port : tunnel.DestinationPort), IpProtocol.Udp);
        yield return Encapsulation.Wrap(b, $"into Geneve {tunnel.Id} to {tunnel.Remote}", OuterHeader.OfUdp(outer, device, b.Packet), capsule, device.Link.Location);
    }
}
