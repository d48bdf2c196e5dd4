using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Checks;

/// <summary>A tunnel whose MTU and headers together do not fit into the device they leave by.</summary>
internal sealed class TunnelMtu : IDumpCheck
{
    private static readonly CheckCode Code = new("tunnel-mtu", Severity.Warning, "A tunnel's MTU and its headers do not fit into the MTU of the device below; large packets are fragmented or lost.");

    // Ethernet 14, IPv4 20, IPv6 40, UDP 8, VXLAN 8 (RFC 7348), Geneve 8 without options (RFC 8926), GRE 4 (RFC 2784),
    // WireGuard 32 (message header 16, tag 16). Bytes added between the tunnel device's MTU and the outer IP packet.
    private static readonly Dictionary<string, (string Name, int Bytes, bool HasIpInName)> Overheads = new(StringComparer.Ordinal)
    {
        ["vxlan"] = ("VXLAN", 14 + 8 + 8, false),
        ["geneve"] = ("Geneve", 14 + 8 + 8, false),
        ["ipip"] = ("IPIP", 0, true),
        ["sit"] = ("SIT", 0, true),
        ["gre"] = ("GRE", 4, false),
        ["gretap"] = ("GRE", 14 + 4, false),
        ["wireguard"] = ("WireGuard", 8 + 32, false),
    };

    public IReadOnlyList<CheckCode> Codes { get; } = [Code];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps)
    {
        foreach (var tunnel in dumps.Namespaces.SelectMany(n => n.Interfaces))
        {
            var kind = tunnel.Link.LinkKind ?? (tunnel.IsVxlan ? "vxlan" : tunnel.Link.LinkLayer == "ipip" ? "ipip" : "");
            if (!Overheads.TryGetValue(kind, out var protocol) || tunnel.Link.Mtu == 0 || !tunnel.Link.IsUp || Below(tunnel) is not { Link.Mtu: > 0 } below)
                continue;
            // Devices of collect-metadata mode (Cilium, OVS) are given to big MTUs; routes hold the real one.
            if (tunnel.Link.Vxlan?.External == true || tunnel.Link.Tunnel?.External == true)
                continue;
            var isIpv6 = End(tunnel) is { IsNone: false, IsIpv6: true };
            var overhead = protocol.Bytes + (isIpv6 ? 40 : 20);
            if (tunnel.Link.Mtu + overhead <= below.Link.Mtu)
                continue;
            var over = protocol.HasIpInName ? protocol.Name : $"{protocol.Name} over IPv{(isIpv6 ? 6 : 4)}";
            yield return Code.At(tunnel.Namespace, tunnel.Link.Location,
                $"{tunnel.Name} has MTU {tunnel.Link.Mtu}, but {below.Name} has {below.Link.Mtu} ({Words.At(below.Link.Location)}) and {over} takes {overhead}: at most {below.Link.Mtu - overhead}", below.Link.Location);
        }
    }

    private static IpAddress End(NetworkInterface tunnel) =>
        tunnel.Link.Vxlan is { Local.IsNone: false } v ? v.Local : tunnel.Link.Vxlan is { Remote.IsNone: false } r ? r.Remote
        : tunnel.Link.Tunnel is { Local.IsNone: false } t ? t.Local : tunnel.Link.Tunnel is { Remote.IsNone: false } u ? u.Remote : default;

    // The device it is bound to, or that has its local address, or that leads to its peers, or by which the default route leaves.
    private static NetworkInterface? Below(NetworkInterface tunnel)
    {
        var ns = tunnel.Namespace;
        if (tunnel.Link.Vxlan?.Device is { } name && ns.Interface(name) is { } bound)
            return bound;
        var end = End(tunnel);
        if (!end.IsUnspecified && ns.Interfaces.FirstOrDefault(i => i.Addresses.Any(a => a.Address.Address == end)) is { IsLoopback: false } local)
            return local;
        var peer = tunnel.Link.Tunnel is { Remote: { IsUnspecified: false } remote } ? remote : ns.Fdb.FirstOrDefault(f => f.Device == tunnel.Name && !f.Destination.IsNone)?.Destination ?? IpAddress.Ipv4Any;
        return RouteLookup.Find(ns, peer) is { NextHops: [{ Device: { } device }, ..] } && device != tunnel.Name ? ns.Interface(device) : null;
    }
}
