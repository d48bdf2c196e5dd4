using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>Who is on a device's link: veth peer, bridge ports and what hangs on them, the underlay between nodes.</summary>
internal static class Segment
{
    /// <summary>Interfaces that hear a broadcast sent by a device, itself excluded.</summary>
    public static IReadOnlyList<NetworkInterface> Members(WalkContext context, NetworkInterface device)
    {
        var found = new List<NetworkInterface>();
        var seen = new HashSet<NetworkInterface> { device };
        var open = new Queue<NetworkInterface>();
        Follow(device, device);
        while (open.TryDequeue(out var next))
        {
            found.Add(next);
            // A frame that reaches a port is switched on; one that reaches a device outside a bridge stays there.
            if (next.Master is { IsBridge: true } bridge)
                Follow(bridge, next);
        }

        return found;

        void Follow(NetworkInterface from, NetworkInterface origin)
        {
            if (from != origin || from.IsBridge)
            {
                if (from != origin && seen.Add(from))
                    found.Add(from);
                foreach (var port in from.Ports.Where(p => p != origin))
                    Cross(port);
                if (from == origin)
                    return;
            }
            else
            {
                Cross(from);
            }
        }

        void Cross(NetworkInterface end)
        {
            if (end.Peer is { } peer)
            {
                if (seen.Add(peer))
                    open.Enqueue(peer);
            }
            else if (!end.IsVxlan)
            {
                foreach (var other in Underlay(context, end))
                {
                    if (seen.Add(other))
                        open.Enqueue(other);
                }
            }
        }
    }

    /// <summary>True where every device on the link was dumped: then silence is an answer.</summary>
    public static bool IsKnown(NetworkInterface device)
    {
        if (device.Peer is { } peer)
            return peer.Master is not { } bridge || bridge.Ports.All(p => p.Peer is not null);
        return device.IsBridge && device.Ports.All(p => p.Peer is not null);
    }

    /// <summary>Devices of other namespaces whose other end no dump shows, in the same subnet: taken as one segment between nodes.</summary>
    public static IEnumerable<NetworkInterface> Underlay(WalkContext context, NetworkInterface device)
    {
        var mine = Ends(device).ToList();
        foreach (var other in context.Network.Namespaces.Where(n => n != device.Namespace).SelectMany(n => n.Interfaces))
        {
            if (IsWire(other) && Ends(other).Any(theirs => mine.Exists(m => m.Contains(theirs.Address) || theirs.Contains(m.Address))))
                yield return other;
        }
    }

    private static IEnumerable<IpPrefix> Ends(NetworkInterface device) =>
        device.Addresses.Concat(device.Master?.Addresses ?? []).Select(a => a.Address).Where(a => !a.Address.IsLinkLocal);

    /// <summary>A device that leads out of what the dumps show.</summary>
    public static bool IsWire(NetworkInterface device) =>
        device.Peer is null && !device.IsLoopback && !device.IsBridge && !device.IsVxlan && device.Link.Tunnel is null && device.Link.LinkKind is null or "veth" or "bond" or "vlan" or "macvlan" or "ipvlan" && device.Peer is null && !device.IsLoopback;

    public static (NetworkInterface Device, string Why, SourceLocation? Location)? WhoAnswers(WalkContext context, NetworkInterface device, IpAddress address)
    {
        foreach (var member in Members(context, device))
        {
            // arp_ignore 0: a host answers for any of its addresses, whichever device has it.
            var owner = member.Namespace == device.Namespace ? null : member.Namespace.Interfaces.Where(i => !i.IsLoopback).SelectMany(i => i.Addresses).FirstOrDefault(a => a.Address.Address == address);
            if (owner is not null && member.Master is null)
                return (member, "", owner.Location);
        }

        return ProxyArp.WhoAnswers(context, device, address);
    }
}
