using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Forwarding.Stages;

/// <summary>Frames for a group: who hears them, each with a copy, which is a way of its own.</summary>
internal static class GroupFrames
{
    /// <summary>The link-layer address of a group (RFC 1112 section 6.4, RFC 2464 section 7), or of everyone on the link.</summary>
    public static MacAddress AddressOf(IpAddress destination) =>
        !destination.IsMulticast ? MacAddress.Broadcast
        : destination.IsIpv4 ? new MacAddress(0x0100_5E00_0000UL | (destination.Ipv4Value & 0x7F_FFFF))
        : new MacAddress(0x3333_0000_0000 | (destination.Low & 0xFFFF_FFFF));

    /// <summary>Every copy with the words that tell it from the others; one alone needs none. All of them are sent: each is as likely as what it is copied from.</summary>
    /// <param name="copies">What a copy becomes, and who gets it.</param>
    public static IEnumerable<Branch> Copies(Branch b, IReadOnlyList<(Func<Branch, Branch> Become, string Whose)> copies) =>
        copies.Select(c => c.Become(copies.Count == 1 ? b : b.If($"one follows the copy for {c.Whose}", isUsual: true)));

    /// <summary>A bridge floods it (br_flood, net/bridge/br_forward.c); what snooping knows of who wants it is not dumped.</summary>
    public static IReadOnlyList<NetworkInterface> Ports(NetworkInterface bridge, NetworkInterface? from, MacAddress group) =>
    [
        .. bridge.Ports.Where(p => (group == MacAddress.Broadcast ? p.Link.BridgePort is not { BroadcastFlood: false } : p.Link.BridgePort is not { MulticastFlood: false }) && (p != from || p.Link.BridgePort is { Hairpin: true })
            && BridgeForwarding.IsForwarding(p) && (from is null || !BridgeForwarding.AreIsolated(from, p))),
    ];
}
