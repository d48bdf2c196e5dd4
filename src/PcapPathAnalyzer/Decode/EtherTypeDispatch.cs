using PcapPathAnalyzer.Wire;

namespace PcapPathAnalyzer.Decode;

/// <summary>From an EtherType to what it announces; VLAN tags are passed here, as many as there are.</summary>
internal static class EtherTypeDispatch
{
    public static Next Follow(ref Walk walk)
    {
        walk.Into.EtherType = walk.Type;
        switch (walk.Type)
        {
            case EtherTypes.Ipv4:
                return Next.Ipv4;
            case EtherTypes.Ipv6:
                return Next.Ipv6;
            case EtherTypes.Vlan:
            case EtherTypes.ProviderVlan:
            case EtherTypes.OldProviderVlan:
                return Vlan(ref walk);
            case EtherTypes.Arp:
                return Arp(ref walk);
            case EtherTypes.Mpls:
            case EtherTypes.MplsUpstream:
                return Next.Mpls;
            case EtherTypes.PppoeSession:
                return Next.Pppoe;
            case EtherTypes.TransparentEthernetBridging:
                return Next.Ethernet;
            case EtherTypes.Ppp:
                return Next.Ppp;
            default:
                return walk.FailAtLink();
        }
    }

    /// <summary>IPv4 or IPv6 by the version nibble, where nothing announces which.</summary>
    public static Next AnyIp(ref Walk walk)
    {
        var rest = walk.Rest;
        if (rest.IsEmpty)
            return walk.Short(1);
        return (rest[0] >> 4) switch
        {
            4 => Next.Ipv4,
            6 => Next.Ipv6,
            _ => walk.Fail(DecodeFault.BadVersion),
        };
    }

    private static Next Vlan(ref Walk walk)
    {
        if (!VlanTag.TryRead(walk.Rest, out var tag))
            return walk.Short(VlanTag.Length);
        walk.Vlan = tag.VlanId;
        walk.Skip(VlanTag.Length);
        return LinkDecoder.TypeOrLength(ref walk, tag.TypeOrLength);
    }

    private static Next Arp(ref Walk walk)
    {
        if (!ArpPacket.TryRead(walk.Rest, out var arp))
            return walk.Short(ArpPacket.Length);
        if (!arp.IsIpv4OverEthernet)
            return walk.FailAtLink();

        walk.NoteLink();

        // An ARP inside a tunnel does not make the tunnel's packet one: the facts of the frame are the innermost's.
        walk.Into.Arp = new ArpFacts(arp.Operation, arp.SenderMac, arp.SenderAddress, arp.TargetMac, arp.TargetAddress);
        return Next.Done;
    }
}
