namespace PcapPathAnalyzer.Capture;

/// <summary>LINKTYPE_ values of capture files (https://www.tcpdump.org/linktypes.html); others are carried as their number.</summary>
public enum LinkType
{
    Null = 0,
    Ethernet = 1,
    Ax25 = 3,
    TokenRing = 6,
    Arcnet = 7,
    Slip = 8,
    Ppp = 9,
    Fddi = 10,
    PppHdlc = 50,
    PppEthernet = 51,
    AtmRfc1483 = 100,
    Raw = 101,
    CiscoHdlc = 104,
    Ieee80211 = 105,
    FrameRelay = 107,
    Loop = 108,
    LinuxSll = 113,
    LocalTalk = 114,
    Pflog = 117,
    Ieee80211Prism = 119,
    IpOverFibreChannel = 122,
    Ieee80211Radiotap = 127,
    ArcnetLinux = 129,
    AppleIpOverIeee1394 = 138,
    Mtp2 = 140,
    Ieee80211Avs = 163,
    PppDirection = 166,
    PerPacketInformation = 192,
    Ieee802154 = 195,
    UsbLinuxMmapped = 220,
    Ipv4 = 228,
    Ipv6 = 229,
    Nflog = 239,
    Netlink = 253,
    BluetoothLeLinkLayer = 251,
    UsbDarwin = 266,
    LinuxSll2 = 276,
}

/// <summary>Names and spellings of link types.</summary>
public static class LinkTypes
{
    /// <summary>From a file's number. Files written with some systems' own DLT_RAW (12, 14 on OpenBSD) mean raw IP.</summary>
    public static LinkType FromFile(uint number) => number is 12 or 14 ? LinkType.Raw : (LinkType)number;

    /// <summary>As the registry spells it without LINKTYPE_, lower case; the number where there is no name here.</summary>
    public static string Name(this LinkType linkType) => linkType switch
    {
        LinkType.Null => "null",
        LinkType.Ethernet => "ethernet",
        LinkType.Ax25 => "ax25",
        LinkType.TokenRing => "ieee802_5",
        LinkType.Arcnet => "arcnet_bsd",
        LinkType.Slip => "slip",
        LinkType.Ppp => "ppp",
        LinkType.Fddi => "fddi",
        LinkType.PppHdlc => "ppp_hdlc",
        LinkType.PppEthernet => "ppp_ether",
        LinkType.AtmRfc1483 => "atm_rfc1483",
        LinkType.Raw => "raw",
        LinkType.CiscoHdlc => "c_hdlc",
        LinkType.Ieee80211 => "ieee802_11",
        LinkType.FrameRelay => "frelay",
        LinkType.Loop => "loop",
        LinkType.LinuxSll => "linux_sll",
        LinkType.LocalTalk => "ltalk",
        LinkType.Pflog => "pflog",
        LinkType.Ieee80211Prism => "ieee802_11_prism",
        LinkType.IpOverFibreChannel => "ip_over_fc",
        LinkType.Ieee80211Radiotap => "ieee802_11_radiotap",
        LinkType.ArcnetLinux => "arcnet_linux",
        LinkType.AppleIpOverIeee1394 => "apple_ip_over_ieee1394",
        LinkType.Mtp2 => "mtp2",
        LinkType.Ieee80211Avs => "ieee802_11_avs",
        LinkType.PppDirection => "ppp_pppd",
        LinkType.PerPacketInformation => "ppi",
        LinkType.Ieee802154 => "ieee802_15_4_withfcs",
        LinkType.UsbLinuxMmapped => "usb_linux_mmapped",
        LinkType.Ipv4 => "ipv4",
        LinkType.Ipv6 => "ipv6",
        LinkType.Nflog => "nflog",
        LinkType.Netlink => "netlink",
        LinkType.BluetoothLeLinkLayer => "bluetooth_le_ll",
        LinkType.UsbDarwin => "usb_darwin",
        LinkType.LinuxSll2 => "linux_sll2",
        _ => $"linktype-{(int)linkType}",
    };
}
