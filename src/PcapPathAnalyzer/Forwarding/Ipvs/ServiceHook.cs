using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Forwarding.Stages;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Ipvs;

/// <summary>IPVS takes packets for its services at INPUT and OUTPUT and gives each to a server (ip_vs_in_hook, net/netfilter/ipvs/ip_vs_core.c).</summary>
internal static class ServiceHook
{
    /// <summary>The dummy device on which kube-proxy keeps the virtual addresses, so that packets for them are delivered locally (pkg/proxy/ipvs).</summary>
    public const string KubeDevice = "kube-ipvs0";

    /// <summary>Does IPVS look at packets of this namespace at all?</summary>
    public static bool IsPresent(NetworkNamespace ns) => ns.IpvsServices.Count > 0 || ns.Interface(KubeDevice) is not null;

    public static IEnumerable<Branch> Run(WalkContext context, Branch b, string hook)
    {
        var packet = b.Packet;
        if (packet.IsPastIpvs || packet.IcmpError is not null || !packet.Tuple.Protocol.HasPorts())
            return [b];
        if (b.VirtualConnections.Find(c => c.Namespace == b.Namespace && c.Asked == packet.Tuple) is { } known)
            return ServerTransmit.Run(context, b, known, hook);
        if (!MayOpen(packet))
            return [b];
        if (Find(b.Namespace, packet.Mark, packet.Tuple) is { } service)
            return Schedule(context, b, service, hook);
        var isUndumped = b.Namespace.IpvsServices.Count == 0 && !b.Namespace.DumpedKinds.Contains("ipvsadm");
        return isUndumped && b.Route?.Local is { Interface: KubeDevice } address
            ? [b.CannotTell($"{packet.Tuple.Destination} is a virtual address of IPVS; it would take: ipvsadm -Ln", address.Location)]
            : [b];
    }

    private static IEnumerable<Branch> Schedule(WalkContext context, Branch b, IpvsRecord service, string hook)
    {
        var ways = Known(b, service) is { } known ? [new ServerChoice.Way(known, 1, null)] : ServerChoice.Of(service);
        // Port 0 is for persistent services alone (ip_vs_schedule).
        var isAllPorts = service is { Mark: 0, Port: 0, Persistence: 0 };
        if (ways.Count == 0 || isAllPorts)
        {
            var text = $"rejected by IPVS: {Translation.Endpoint(b.Packet, true)} {(isAllPorts ? "is a service of all ports that is not persistent" : service.Servers.Count == 0 ? "has no server" : "has no server of a weight above 0")}";
            // ip_vs_leave
            yield return b.Stop(StepKind.Reject, Verdict.RejectedByRule, text, service.Location) with { Answer = new IcmpAnswer("icmp-port-unreachable") };
            yield break;
        }

        foreach (var way in ways)
        {
            var taken = b with { Probability = b.Probability * way.Share };
            if (way.Why is { } why)
                taken = taken with { Conditions = taken.Conditions.Add($"{At(service, way.Server)}: {why}") };
            if (way.Server.Forward is null)
                taken = taken.If($"{At(service, way.Server)}: it is reached by NAT (Masq; not printed)", isUsual: true);
            var connection = new VirtualConnection(b.Namespace, service, way.Server, b.Packet.Tuple);
            foreach (var sent in ServerTransmit.Run(context, taken with { VirtualConnections = taken.VirtualConnections.Add(connection) }, connection, hook))
                yield return sent;
        }
    }

    // Of a connection that began before, conntrack's entry tells which server it was given to.
    private static IpvsServer? Known(Branch b, IpvsRecord service) =>
        b.Packet is { AssumeEstablished: true, Connection: { IsDestinationNat: false } c } ? service.Servers.FirstOrDefault(s => s.Address == c.Reply.Source && (s.Port == 0 || s.Port == c.Reply.SourcePort)) : null;

    public static SourceLocation At(IpvsRecord service, IpvsServer server) => new(service.Location.File, server.Line);

    /// <summary>By mark, then by address and port, then the service of all ports (ip_vs_service_find, ip_vs_ctl.c). Null where it is none of IPVS's business.</summary>
    public static IpvsRecord? Find(NetworkNamespace ns, uint mark, FiveTuple tuple)
    {
        var services = ns.IpvsServices;
        return services.FirstOrDefault(s => s.Mark != 0 && s.Mark == mark && (s.Servers.Count == 0 || s.Servers[0].Address.IsIpv4 == tuple.Destination.IsIpv4))
            ?? services.FirstOrDefault(s => Is(s, tuple) && s.Port == tuple.DestinationPort)
            ?? services.FirstOrDefault(s => Is(s, tuple) && s.Port == 0);
    }

    private static bool Is(IpvsRecord service, FiveTuple tuple) => service.Mark == 0 && service.Protocol == tuple.Protocol && service.Address == tuple.Destination;

    // Only a SYN opens one (tcp_conn_schedule, ip_vs_proto_tcp.c); what began earlier has a server, of the same choice.
    private static bool MayOpen(Netfilter.PacketState packet) => packet.Tuple.Protocol != IpProtocol.Tcp || packet.AssumeEstablished || TcpAnswer.IsOpening(packet);
}
