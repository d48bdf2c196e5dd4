using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>Routing of what came in (ip_route_input_slow, net/ipv4/route.c): deliver or forward.</summary>
internal static class RouteInput
{
    public static IEnumerable<Branch> Run(WalkContext context, Branch branch) => Route(branch, isValidated: true);

    /// <summary>Without asking whether the source may come from there.</summary>
    public static IEnumerable<Branch> Kept(WalkContext context, Branch branch) => Route(branch, isValidated: false);

    private static IEnumerable<Branch> Route(Branch branch, bool isValidated)
    {
        var query = RouteQuery.Of(branch.Packet) with { In = branch.Packet.In };
        if (GroupRoutes.IsGroup(query.Destination))
        {
            foreach (var b in GroupInput.Run(branch, query))
                yield return b;
            yield break;
        }

        foreach (var decision in PolicyRouting.Decide(branch.Namespace, query))
        {
            var b = Routing.Say(Routing.Take(branch, decision), decision);
            if (b.Verdict is not null)
            {
                yield return b;
                continue;
            }

            foreach (var checkedBranch in isValidated ? ReversePathFilter.Check(b, query) : [b])
                yield return checkedBranch.Then(decision.Kind is RouteKind.Local or RouteKind.Broadcast ? Deliver : Forwarding);
        }
    }

    /// <summary>To the namespace itself: INPUT, then whoever listens.</summary>
    public static IEnumerable<Branch> Deliver(WalkContext context, Branch b)
    {
        b = b with { Packet = b.Packet with { Out = null } };
        if (b.Device is { IsLoopback: false } && b.Packet.Tuple.Destination.IsLoopback && Sysctl.Larger(b.Namespace, b.Device.Name, "route_localnet") is not { Value: not 0 })
            return [b.Stop(StepKind.Drop, Verdict.NoRoute, $"{b.Packet.Tuple.Destination} from outside is a martian (route_localnet is not dumped as on)", b.Device.Link.Location)];
        return NetfilterHook.Run(context, b, "INPUT").Select(x => x.Then(LocalDelivery.Run));
    }

    // ip_forward (net/ipv4/ip_forward.c): TTL, then MTU, then the TTL is decremented, then the hook.
    private static IEnumerable<Branch> Forwarding(WalkContext context, Branch b)
    {
        var isIpv6 = b.Packet.Tuple.Destination.IsIpv6;
        var name = isIpv6 ? "net.ipv6.conf.all.forwarding" : "net.ipv4.ip_forward";
        var setting = Sysctl.OfDevice(b.Namespace, isIpv6 ? "ipv6" : "ipv4", b.Packet.In ?? "", "forwarding") ?? Sysctl.Number(b.Namespace, name);
        if (setting is { Value: 0, Record: var off })
            return [b.Stop(StepKind.Drop, Verdict.NoRoute, $"{b.Namespace.Name} does not forward: {off.Name} is 0", off.Location)];
        if (setting is null)
            b = b.If($"{b.Namespace.Name} forwards: {name} is 1 (not dumped)", isUsual: true);
        if (b.ProxiedTo is not null)
            return [b.Stop(StepKind.Drop, Verdict.NoRoute, $"{b.Namespace.Name} does not forward what TPROXY gave to a socket: no policy rule leads packets of mark 0x{b.Packet.Mark:x} to local delivery")];
        b = Ttl.Decrement(Mtu.Check(Ttl.Check(b), isForwarded: true));
        return b.Verdict is null ? NetfilterHook.Run(context, b, "FORWARD").Select(x => x.Then(Postrouting.Run)) : [b];
    }
}
