using PcapPathAnalyzer.Forwarding.Routing;
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

        var (protocol, added) = kind == "gre" ? (IpProtocol.Gre, 4) : (b.Packet.Tuple.Source.IsIpv4 ? IpProtocol.IpIp : IpProtocol.Ipv6, 0);
        var header = new OuterHeader(new FiveTuple(local, 0, remote, 0, protocol), added + (remote.IsIpv4 ? 20 : 40)) { DontFragment = b.Packet.DontFragment || device.Link.Details.ContainsKey("pmtudisc") };
        if (TooBig(context, b, header) is { } end)
        {
            yield return end;
            yield break;
        }

        var capsule = new Capsule(kind, -1, b.Packet, b.SourceMac, b.DestinationMac, b.Inner) { Device = device.Name };
        yield return Encapsulation.Wrap(b, $"into {kind} to {remote}", header.Of(device, b.Packet, unset: 0), capsule);
    }

    // The sender is told before anything is wrapped (tnl_update_pmtu).
    private static Branch? TooBig(WalkContext context, Branch b, OuterHeader header)
    {
        var query = new RouteQuery { Destination = header.Tuple.Destination, Source = header.Tuple.Source, Mark = b.Packet.Mark, Protocol = header.Tuple.Protocol };
        if (!header.DontFragment || context.Route(b.Namespace, query) is not [{ Kind: RouteKind.Unicast } route] || b.Namespace.Interface(route.Device ?? "") is not { } below)
            return null;
        var mtu = route.Route is { Mtu: > 0 } r ? r.Mtu : below.Link.Mtu;
        return mtu == 0 || b.Packet.Length == 0 || !b.Packet.DontFragment || b.Packet.Length + header.Overhead <= mtu
            ? null
            : b.Stop(StepKind.Reject, Verdict.TooBig, $"{b.Packet.Length} bytes and {header.Overhead} of the tunnel do not fit the MTU of {mtu} of {below.Name}, and the packet must not be fragmented", below.Link.Location) with { Answer = new IcmpAnswer("icmp-fragmentation-needed") };
    }
}
