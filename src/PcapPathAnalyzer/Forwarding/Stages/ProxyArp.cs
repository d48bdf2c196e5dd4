using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>
/// A host that answers ARP for addresses it routes elsewhere (arp_fwd_proxy, net/ipv4/arp.c). Calico gives pods a /32 and the gateway
/// 169.254.1.1, which nobody has: the host's end of the veth answers for it.
/// </summary>
internal static class ProxyArp
{
    private static readonly IpAddress CalicoGateway = IpAddress.FromIpv4(0xA9FE0101);

    public static (NetworkInterface Device, string Why, SourceLocation? Location)? WhoAnswers(WalkContext context, NetworkInterface device, IpAddress address)
    {
        foreach (var member in Segment.Members(context, device))
        {
            if (member.Master is not null)
                continue;
            var sysctl = Sysctl.Larger(member.Namespace, member.Name, "proxy_arp");
            var isDumped = sysctl is not null;
            if (sysctl is { Value: not 0 } || (!isDumped && address == CalicoGateway && member == device.Peer))
            {
                if (!Leads(member, address))
                    continue;
                return (member, isDumped ? " (proxy_arp)" : " by proxy_arp, as Calico sets it (the sysctl was not dumped)", sysctl?.Record.Location);
            }
        }

        return null;
    }

    // Only for what is routed by another device than the one it was asked on.
    private static bool Leads(NetworkInterface member, IpAddress address) =>
        PolicyRouting.Decide(member.Namespace, new RouteQuery { Destination = address, In = member.Name }) is [{ Kind: RouteKind.Unicast } d, ..] && d.Device != member.Name;
}
