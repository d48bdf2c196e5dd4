namespace PcapPathAnalyzer.Wire;

/// <summary>EtherTypes that the decoder follows or names (IEEE 802 numbers).</summary>
public static class EtherTypes
{
    /// <summary>Values below are lengths of IEEE 802.3 frames.</summary>
    public const ushort FirstType = 0x0600;

    public const ushort Ipv4 = 0x0800;
    public const ushort Arp = 0x0806;
    public const ushort TransparentEthernetBridging = 0x6558;
    public const ushort Vlan = 0x8100;
    public const ushort Ipv6 = 0x86DD;
    public const ushort Mpls = 0x8847;
    public const ushort MplsUpstream = 0x8848;
    public const ushort Ppp = 0x880B;
    public const ushort PppoeDiscovery = 0x8863;
    public const ushort PppoeSession = 0x8864;
    public const ushort ProviderVlan = 0x88A8;
    public const ushort ErspanII = 0x88BE;
    public const ushort ErspanIII = 0x22EB;
    public const ushort OldProviderVlan = 0x9100;

    /// <summary>A tag of IEEE 802.1Q or 802.1ad, or of the older stacking that switches still send.</summary>
    public static bool IsVlan(int type) => type is Vlan or ProviderVlan or OldProviderVlan;

    /// <summary>A short name for reports; the hexadecimal number where there is none.</summary>
    public static string Name(int type) => type switch
    {
        Ipv4 => "ipv4",
        Arp => "arp",
        Ipv6 => "ipv6",
        0x8035 => "rarp",
        0x8137 => "ipx",
        Mpls or MplsUpstream => "mpls",
        PppoeDiscovery => "pppoe-discovery",
        PppoeSession => "pppoe",
        0x8809 => "slow-protocols",
        0x888E => "eapol",
        0x88CC => "lldp",
        0x88E5 => "macsec",
        0x88F7 => "ptp",
        0x8902 => "cfm",
        0x9000 => "loopback-test",
        _ => $"0x{type:x4}",
    };
}
