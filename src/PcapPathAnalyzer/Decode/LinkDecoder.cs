using PcapPathAnalyzer.Wire;

namespace PcapPathAnalyzer.Decode;

/// <summary>The headers that frames of capture files begin with.</summary>
internal static class LinkDecoder
{
    /// <summary>Ethernet and its VLAN tags.</summary>
    public static Next Ethernet(ref Walk walk)
    {
        if (!EthernetHeader.TryRead(walk.Rest, out var header))
        {
            walk.NoteInside(EthernetHeader.Length, version: 0);
            return walk.Short(EthernetHeader.Length);
        }

        walk.SourceMac = header.Source;
        walk.DestinationMac = header.Destination;
        walk.Skip(EthernetHeader.Length);
        return TypeOrLength(ref walk, header.TypeOrLength);
    }

    public static Next Sll(ref Walk walk)
    {
        if (!SllHeader.TryRead(walk.Rest, out var header))
            return walk.Short(SllHeader.Length);
        walk.Into.CookedPacketType = header.PacketType;
        walk.SourceMac = header.Address;
        walk.Skip(SllHeader.Length);
        return CookedProtocol(ref walk, header.ArpHardwareType, header.Protocol);
    }

    public static Next Sll2(ref Walk walk)
    {
        if (!Sll2Header.TryRead(walk.Rest, out var header))
            return walk.Short(Sll2Header.Length);
        walk.Into.CookedPacketType = header.PacketType;
        walk.Into.IfIndex = header.IfIndex;
        walk.SourceMac = header.Address;
        walk.Skip(Sll2Header.Length);
        return CookedProtocol(ref walk, header.ArpHardwareType, header.Protocol);
    }

    /// <summary>What an Ethernet header, a VLAN tag or SNAP say of what follows.</summary>
    public static Next TypeOrLength(ref Walk walk, ushort typeOrLength)
    {
        if (typeOrLength >= EtherTypes.FirstType)
        {
            walk.Type = typeOrLength;
            return Next.EtherType;
        }

        // IEEE 802.3: the length of an LLC frame; what follows it is padding.
        walk.End = Math.Min(walk.End, walk.Offset + typeOrLength);
        return Next.Llc;
    }

    /// <summary>IEEE 802.2: an EtherType through SNAP, IP by its own SAP, anything else is counted.</summary>
    public static Next Llc(ref Walk walk)
    {
        const byte ipSap = 0x06;
        var rest = walk.Rest;
        if (!LlcHeader.TryRead(rest, out var header))
            return walk.Short(LlcHeader.Length);
        if (header is { DestinationSap: ipSap, SourceSap: ipSap })
        {
            walk.Skip(LlcHeader.Length);
            return Next.Ipv4;
        }

        if (header.AnnouncesSnap && rest.Length < LlcHeader.SnapLength)
            return walk.Short(LlcHeader.SnapLength);
        if (!header.HasEtherType)
            return walk.FailAtLink();
        walk.Skip(LlcHeader.SnapLength);
        walk.Type = header.EtherType;
        return Next.EtherType;
    }

    private static Next CookedProtocol(ref Walk walk, ushort arpHardwareType, ushort protocol)
    {
        const ushort netlink = 824, radiotap = 803, ieee80211 = 801, ieee80211Prism = 802, frameRelay = 770;
        if (arpHardwareType is netlink or radiotap or ieee80211 or ieee80211Prism or frameRelay)
            return walk.Fail(DecodeFault.UnsupportedLinkType);
        walk.Type = protocol;
        // ETH_P_802_2 of if_ether.h; the other small numbers (Novell's, CAN, ...) are counted as the EtherType they are not.
        return protocol == 4 ? Next.Llc : Next.EtherType;
    }
}
