namespace PcapPathAnalyzer.Capture;

/// <summary>LINKTYPE_ values of capture files (https://www.tcpdump.org/linktypes.html); others are carried as their number.</summary>
public enum LinkType
{
    Null = 0,
    Ethernet = 1,
    Ppp = 9,
    PppHdlc = 50,
    PppEthernet = 51,
    Raw = 101,
    CiscoHdlc = 104,
    Ieee80211 = 105,
    Loop = 108,
    LinuxSll = 113,
    Ieee80211Radiotap = 127,
    Ipv4 = 228,
    Ipv6 = 229,
    LinuxSll2 = 276,
}
