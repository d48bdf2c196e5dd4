using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Forwarding.Stages;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Ipvs;

/// <summary>
/// How a packet gets to its server (net/netfilter/ipvs/ip_vs_xmit.c): with the server's address (Masq), as it is (Route), or wrapped (Tunnel). To another
/// host it leaves its hook at once, as if sent by the namespace itself: through OUTPUT, once more where it came from there, and POSTROUTING.
/// </summary>
internal static class ServerTransmit
{
    public static IEnumerable<Branch> Run(WalkContext context, Branch b, VirtualConnection connection, string hook)
    {
        // Routed by the server's address alone: neither mark nor source counts (do_output_route4).
        foreach (var route in context.Route(b.Namespace, new RouteQuery { Destination = connection.Server.Address }))
        {
            var way = route.Condition is { } c ? b with { Conditions = b.Conditions.Add(c), Probability = b.Probability * route.Probability } : b;
            yield return route.Kind == RouteKind.Local ? ToSelf(way, connection, hook) : Away(way, connection, route, hook);
        }
    }

    // The rest of the hook goes on, and the route is kept.
    private static Branch ToSelf(Branch b, VirtualConnection connection, string hook)
    {
        if (hook == "INPUT" && connection.Server.Address.IsLoopback)
            return b.Stop(StepKind.Drop, Verdict.NoRoute, $"IPVS drops what comes from outside for a server at {connection.Server.Address}", ServiceHook.At(connection.Service, connection.Server));
        return connection.IsMasqueraded ? Translate(Track(b, connection), connection, hook) : Track(b, connection);
    }

    private static Branch Away(Branch b, VirtualConnection connection, RouteDecision route, string hook)
    {
        var at = ServiceHook.At(connection.Service, connection.Server);
        if (b.Packet.Tuple.Source.IsLoopback)
            return b.Stop(StepKind.Drop, Verdict.NoRoute, $"IPVS drops what a loopback address sends to {connection.Server.Address}, another host", at);
        // As it is, the packet still goes to the server's link-layer address (FLOWI_FLAG_KNOWN_NH).
        if (connection.Server.Forward == "Route" && route.NextHop is { Gateway.IsNone: true } direct)
            route = route with { NextHop = direct with { Gateway = connection.Server.Address } };
        var routed = b with { Route = route };
        if (route.Kind != RouteKind.Unicast)
            return Stages.Routing.Say(routed, route) is { Verdict: Verdict.NoRoute } none ? none with { Answer = new IcmpAnswer("icmp-host-unreachable"), Route = b.Route } : Stages.Routing.Say(routed, route);
        var incoming = b.Packet.In;
        var fits = Mtu.Check(Ttl.Check(routed), isForwarded: true);
        if (fits.Verdict is not null)
            return fits with { Route = b.Route }; // the error comes from the address that was asked
        var sent = Ttl.Decrement(fits);
        if (connection.Server.Forward == "Tunnel")
            return Wrap(sent, connection);
        var text = $"IPVS ({connection.Service.Scheduler ?? "scheduler not printed"}) hands the packet on to {connection.Server.Address} as it is";
        sent = connection.IsMasqueraded ? Translate(Track(sent, connection), connection, hook) : Track(sent, connection).Step(StepKind.Route, text, at, route.Device);
        return Stages.Routing.Say(sent, route) with { Taken = (c, x) => Output(c, x, incoming) };
    }

    // NF_HOOK(NF_INET_LOCAL_OUT) without an incoming device, then ip_output, which has it again.
    private static IEnumerable<Branch> Output(WalkContext context, Branch b, string? incoming)
    {
        foreach (var x in NetfilterHook.Run(context, b with { Packet = b.Packet with { In = null, Out = b.Route!.OutputDevice } }, "OUTPUT"))
            yield return x.Verdict is null ? (x with { Packet = x.Packet with { In = incoming, Out = x.Route!.OutputDevice } }).Then(Postrouting.Run) : x;
    }

    private static Branch Translate(Branch b, VirtualConnection connection, string hook)
    {
        var before = b.Packet;
        var packet = before with { Tuple = connection.Given, DestinationPorts = null };
        var text = $"IPVS ({connection.Service.Scheduler ?? "scheduler not printed"}): destination {Translation.Endpoint(before, true)} becomes {Translation.Endpoint(packet, true)}";
        b = b with { Packet = packet };
        return b.Add(new PathStep(StepKind.Dnat, b.Namespace.Name, text, packet) { Hook = hook, Location = ServiceHook.At(connection.Service, connection.Server), Depth = b.Depth });
    }

    // The outer packet is one of the namespace's own: conntrack knows the inner one no more (ip_vs_tunnel_xmit).
    private static Branch Wrap(Branch b, VirtualConnection connection)
    {
        b = Conntrack.Confirm(Track(b, connection)) with { Device = null };
        var (remote, inner) = (connection.Server.Address, b.Packet.Tuple.Source);
        var capsule = new Capsule(remote.IsIpv4 ? inner.IsIpv4 ? "ipip" : "sit" : "ip6tnl", -1, b.Packet, b.SourceMac, b.DestinationMac, b.Inner) { Device = b.Packet.In };
        var outer = new OuterHeader(new FiveTuple(default, 0, remote, 0, inner.IsIpv4 ? IpProtocol.IpIp : IpProtocol.Ipv6), remote.IsIpv4 ? 20 : 40) { Ttl = b.Packet.Ttl, TrafficClass = b.Packet.TrafficClass, DontFragment = b.Packet.DontFragment };
        var wrapped = Encapsulation.Wrap(b, $"IPVS ({connection.Service.Scheduler ?? "scheduler not printed"}) into {capsule.Kind} to {remote}", outer, capsule, ServiceHook.At(connection.Service, connection.Server));
        return wrapped with { Next = null, Taken = wrapped.Next };
    }

    // With net.ipv4.vs.conntrack conntrack's entry learns what answers look like, which is no translation of its own (ip_vs_update_conntrack).
    private static Branch Track(Branch b, VirtualConnection connection)
    {
        b = ConntrackSetting.Apply(b with { Packet = b.Packet with { IsPastIpvs = true } });
        if (b.Packet.Connection is not { } c || !connection.IsMasqueraded || (c.IsConfirmed && !b.Packet.AssumeEstablished) || b.Packet.IsReply)
            return b;
        c = c with { IsDestinationNat = c.IsDestinationTranslated, Reply = c.Reply with { Source = connection.Given.Destination, SourcePort = connection.Given.DestinationPort }, ReplySourcePorts = null };
        return b.Keep(c) with { Packet = b.Packet with { Connection = c } };
    }
}
