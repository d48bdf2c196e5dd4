using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>IP in IP and its kind (ip_tunnel_xmit, net/ipv4/ip_tunnel.c): to the device's remote, or, where it has none (tunl0), to the route's gateway.</summary>
internal static class IpIpEncapsulation
{
    /// <summary><c>ipip</c>, <c>gre</c>, <c>sit</c>, or another kind's own name.</summary>
    public static string? KindOf(NetworkInterface device) =>
        device.Link.LinkKind is "ipip" or "gre" or "sit" or "ip6tnl" ? device.Link.LinkKind : device.Link.LinkLayer is "ipip" or "gre" or "sit" ? device.Link.LinkLayer : device.Link.Tunnel is null ? null : device.Link.LinkKind;

    public static IEnumerable<Branch> Run(WalkContext context, Branch b)
    {
        var device = b.Device!;
        var kind = KindOf(device);
        if (kind is not ("ipip" or "gre" or "sit" or "ip6tnl"))
        {
            yield return b.CannotTell($"{device.Name} is a {device.Link.LinkKind} tunnel, which is not walked", device.Link.Location);
            yield break;
        }

        var remote = device.Link.Tunnel is { } t && !t.Remote.IsNone && !t.Remote.IsUnspecified ? t.Remote : b.Route?.NextHop?.Gateway ?? default;
        var local = device.Link.Tunnel is { } u && !u.Local.IsUnspecified ? u.Local : default;
        if (remote.IsNone)
        {
            yield return b.Stop(StepKind.Drop, Verdict.NoRoute, $"{device.Name} has no remote, and the route no gateway to take for one", device.Link.Location);
            yield break;
        }

        var (protocol, overhead) = kind == "gre" ? (IpProtocol.Gre, 4) : (b.Packet.Tuple.Source.IsIpv4 ? IpProtocol.IpIp : IpProtocol.Ipv6, 0);
        var capsule = new Capsule(kind, -1, b.Packet, b.SourceMac, b.DestinationMac, b.Inner) { Device = device.Name };
        yield return Encapsulation.Wrap(b, $"into {kind} to {remote}", new FiveTuple(local, 0, remote, 0, protocol), capsule, overhead + (remote.IsIpv4 ? 20 : 40));
    }
}
