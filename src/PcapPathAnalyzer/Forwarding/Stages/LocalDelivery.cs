using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>To a tunnel's end, or to a socket that listens.</summary>
internal static class LocalDelivery
{
    public static IEnumerable<Branch> Run(WalkContext context, Branch b)
    {
        if (b.Inner is { } inner)
            return [Decapsulation.Run(b, inner)];
        if (!b.IsReplyPhase && b.Route is { Kind: RouteKind.Broadcast or RouteKind.Multicast })
            return [GroupDelivery.Run(b)];
        return b.Packet.DestinationPorts is { } ports && !b.IsReplyPhase ? Range(b, ports) : [Socket(b)];
    }

    // Which port of a range was chosen is not known: one on which somebody listens, or another.
    private static IEnumerable<Branch> Range(Branch b, PortRange ports)
    {
        var open = b.Namespace.Sockets.Select(s => s.LocalPort).Where(p => p >= ports.First && p <= ports.Last).Distinct()
            .Select(p => b with { Packet = b.Packet with { Tuple = b.Packet.Tuple with { DestinationPort = (ushort)p } } }).Where(x => Listener(x) is not null).ToList();
        double all = ports.Last - ports.First + 1;
        if (open.Count > 0)
            yield return Chosen(Socket(open.Count == 1 ? open[0] with { Packet = open[0].Packet with { DestinationPorts = null } } : open[0]), open.Count / all, "one that somebody listens on");
        if (open.Count < all)
            yield return Chosen(Socket(b), 1 - (open.Count / all), "one that nobody listens on");

        Branch Chosen(Branch way, double share, string which) =>
            share >= 1 ? way : way.If($"of the ports {ports} the translation has chosen {which}", isUsual: true) with { Probability = way.Probability * share };
    }

    /// <summary>The socket that takes the packet: of its destination, or the one that TPROXY chose; null where none is known.</summary>
    public static SocketRecord? Listener(Branch b)
    {
        var tuple = b.ProxiedTo is { } proxy ? b.Packet.Tuple with { Destination = proxy.Address, DestinationPort = proxy.Port } : b.Packet.Tuple;
        return b.Namespace.Sockets.FirstOrDefault(s => Listens(s, b, tuple));
    }

    /// <summary><c>ss</c> without <c>-l</c> prints connections only: what does not listen is known only where listeners were asked for.</summary>
    public static bool AreListenersDumped(NetworkNamespace ns, IpProtocol protocol) =>
        (ns.Sockets.Any(s => s.Protocol == protocol && s.State is "LISTEN" or "UNCONN"))
        || (ns.Sockets.Count == 0 ? false : ns.Sockets.Any(s => s.State is "LISTEN" or "UNCONN") && protocol is IpProtocol.Tcp or IpProtocol.Udp);

    private static Branch Socket(Branch b)
    {
        var tuple = b.Packet.Tuple;
        var where = $"{b.Namespace.Name}{(b.Device is null ? "" : $" by {b.Device.Name}")}";
        if (b.IsReplyPhase && b.Packet.IcmpError is null && b.Client == b.Namespace && tuple != (b.IsOfGroup ? b.Asked.Reversed with { Source = tuple.Source } : b.Asked.Reversed))
            return b.Stop(StepKind.Drop, Verdict.NoListener, $"{b.Namespace.Name} asked {Translation.Endpoint(b.Packet with { Tuple = b.Asked, DestinationPorts = null }, true)}, not {Translation.Endpoint(b.Packet, false)}: the answer came back untranslated and belongs to no connection");
        if (b is { IsReplyPhase: true, Client: { } client, Packet.IcmpError: not null } && client != b.Namespace)
            return b.Stop(StepKind.Deliver, Verdict.Delivered, $"delivered to {where}, which sent the packet that the error is about: {client.Name} learns nothing");
        if (b.Packet.IcmpError is not null || !tuple.Protocol.HasPorts() || b.IsReplyPhase)
            return b.Stop(StepKind.Deliver, Verdict.Delivered, $"delivered to {where}");
        if (Listener(b) is { } listener)
            return TcpAnswer.OfListener(b.Stop(StepKind.Deliver, Verdict.Delivered, $"delivered to {where}: {listener.Process ?? "a socket"} listens on port {tuple.DestinationPort}", listener.Location));
        if (!AreListenersDumped(b.Namespace, tuple.Protocol))
            return TcpAnswer.OfListener(b.Stop(StepKind.Deliver, Verdict.Delivered, $"delivered to {where} (its sockets were not dumped)"));
        var answer = tuple.Protocol == IpProtocol.Tcp ? TcpAnswer.Reset : "icmp-port-unreachable";
        return b.Stop(StepKind.Drop, Verdict.NoListener, $"nothing in {b.Namespace.Name} listens on {tuple.Protocol.Keyword()} port {tuple.DestinationPort}") with { Answer = new IcmpAnswer(answer) };
    }

    private static bool Listens(SocketRecord s, Branch b, FiveTuple tuple)
    {
        if (s.Protocol != tuple.Protocol || s.LocalPort != tuple.DestinationPort || tuple.DestinationPort == 0)
            return false;
        var isAny = s.LocalIsWildcard || (s.Local.IsUnspecified && (s.Local.IsIpv4 == tuple.Destination.IsIpv4 || s.Local.IsIpv6));
        if (!isAny && s.Local != tuple.Destination)
            return false;
        if (s.Interface is { } bound && bound != b.Packet.In)
            return false;
        // A connected socket takes only its peer's packets.
        return s.State is "LISTEN" or "UNCONN" || (s.Peer == tuple.Source && (s.PeerPort == tuple.SourcePort || tuple.SourcePort == 0));
    }
}
