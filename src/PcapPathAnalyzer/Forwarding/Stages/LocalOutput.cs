using PcapPathAnalyzer.Forwarding.Netfilter;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>What a namespace sends itself: route, OUTPUT, routed again where a table changed what routing looks at (__ip_local_out, ip_route_me_harder).</summary>
internal static class LocalOutput
{
    public static IEnumerable<Branch> Run(WalkContext context, Branch branch)
    {
        branch = ToSelf(branch);
        foreach (var decision in context.Route(branch.Namespace, OutputRouting.Query(branch)))
        {
            var b = Routing.Take(branch, decision);
            if (b.Packet.Tuple.Source.IsNone)
                b = b with { Packet = b.Packet with { Tuple = b.Packet.Tuple with { Source = SourceAddressChoice.Choose(b.Namespace, decision, b.Packet.Tuple.Destination) } } };

            if (b.Client is null && b.Depth == 0 && !b.IsReplyPhase && b.Device is null)
                b = b with { Client = b.Namespace, Asked = b.Packet.Tuple };
            b = b.Add(new PathStep(StepKind.Send, b.Namespace.Name, $"{b.Packet.Tuple.Protocol.Keyword()} {Translation.Endpoint(b.Packet, false)} > {Translation.Endpoint(b.Packet, true)}", b.Packet) { Depth = b.Depth });
            b = Routing.Say(b, decision);
            if (b.Packet.Tuple.Source.IsNone && b.Verdict is null)
                b = b.Stop(StepKind.Drop, Verdict.NoRoute, $"{b.Namespace.Name} has no address to send from");
            b = OutputRouting.Leave(b);
            // Where there is no route the sender's call fails: nothing is sent back.
            yield return b.Verdict is null ? b.Then(Hook) : b with { Answer = null };
        }
    }

    // What is sent to no address is sent to oneself (ip_route_output_key_hash_rcu, ip6_route_output_flags).
    private static Branch ToSelf(Branch b)
    {
        var tuple = b.Packet.Tuple;
        if (!tuple.Destination.IsUnspecified)
            return b;
        var self = !tuple.Source.IsNone ? tuple.Source : tuple.Destination.IsIpv4 ? IpAddress.FromIpv4(0x7F00_0001) : IpAddress.FromIpv6(0, 1);
        return b with { Packet = b.Packet with { Tuple = tuple with { Destination = self } } };
    }

    private static IEnumerable<Branch> Hook(WalkContext context, Branch branch)
    {
        foreach (var b in NetfilterHook.Run(context, branch, "OUTPUT"))
            yield return b.Verdict is null && b.Taken is null ? (b with { Packet = b.Packet with { In = b.Inner?.Device, Out = b.Route!.OutputDevice } }).Then(Postrouting.Run) : b.Then(Postrouting.Run);
    }
}
