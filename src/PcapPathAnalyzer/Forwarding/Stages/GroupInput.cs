using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>
/// A packet for a group comes in (ip_route_input_rcu, net/ipv4/route.c; ip6_mc_input, net/ipv6/ip6_input.c): taken where the device has joined the group,
/// and by everyone where it is for everyone; multicast routing is a program's business and not walked.
/// </summary>
internal static class GroupInput
{
    public static IEnumerable<Branch> Run(Branch b, RouteQuery query)
    {
        var destination = query.Destination;
        var device = b.Packet.In ?? b.Device?.Name ?? "";
        b = b.Step(StepKind.Route, $"{destination} is a {(destination.IsMulticast ? "multicast group" : "broadcast address")}", null, device) with { Route = new RouteDecision(destination.IsMulticast ? RouteKind.Multicast : RouteKind.Broadcast) };
        foreach (var x in ReversePathFilter.Check(b, query))
        {
            if (x.Verdict is not null || !destination.IsMulticast || IsMember(x.Namespace, device, destination))
            {
                yield return x.Then(RouteInput.Deliver);
                continue;
            }

            yield return x.If(Joined(x.Namespace, device, destination), isUsual: false).Then(RouteInput.Deliver);
            yield return x.If($"{x.Namespace.Name} has not joined {destination} on {device} (ip maddr would tell)", isUsual: false).Stop(StepKind.Drop, Verdict.NoListener, $"{device} of {x.Namespace.Name} is no member of {destination}");
        }
    }

    /// <summary>In words, where nobody but a program knows.</summary>
    public static string Joined(NetworkNamespace ns, string device, IpAddress group) => $"{ns.Name} has joined {group} on {device} (ip maddr would tell)";

    /// <summary>True for what the kernel joins by itself: all hosts, all nodes, the solicited-node groups of its addresses (RFC 4291 section 2.7.1), all routers where it forwards, and a VXLAN device's group.</summary>
    public static bool IsMember(NetworkNamespace ns, string device, IpAddress group)
    {
        if (ns.Interfaces.Any(i => i.IsVxlan && i.Link.Vxlan?.Remote == group && (i.Link.Peer is null || i.Link.Peer == device)))
            return true;
        if (group.IsIpv4)
            return group.Ipv4Value == 0xE000_0001;
        return (group.High, group.Low) switch
        {
            (0xFF02_0000_0000_0000 or 0xFF01_0000_0000_0000, 1) => true,
            (0xFF02_0000_0000_0000, 2) => Sysctl.OfDevice(ns, "ipv6", device, "forwarding") is { Value: not 0 },
            (0xFF02_0000_0000_0000, _) when group.Low >> 24 == 0x1FF => ns.Interface(device)?.Addresses.Any(a => a.Address.Address.IsIpv6 && (a.Address.Address.Low & 0xFF_FFFF) == (group.Low & 0xFF_FFFF)) == true,
            _ => false,
        };
    }
}
