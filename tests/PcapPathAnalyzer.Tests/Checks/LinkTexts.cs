namespace PcapPathAnalyzer.Tests.Checks;

/// <summary>Interfaces as <c>ip -d addr</c> prints them, each several lines without the last line's end.</summary>
internal static class LinkTexts
{
    public const string Eth0 = """
        2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP
            link/ether 02:00:00:00:00:0a brd ff:ff:ff:ff:ff:ff
            inet 192.168.5.11/24 brd 192.168.5.255 scope global eth0
        """;

    public const string Cni0 = """
        3: cni0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 state UP
            link/ether 02:00:00:00:01:0a brd ff:ff:ff:ff:ff:ff
            bridge forward_delay 1500
            inet 10.244.0.1/24 brd 10.244.0.255 scope global cni0
        """;

    public const string Flannel = """
        4: flannel.1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 state UNKNOWN
            link/ether 02:00:00:00:04:0a brd ff:ff:ff:ff:ff:ff
            vxlan id 1 local 192.168.5.11 dev eth0 srcport 0 0 dstport 8472 nolearning
        """;

    /// <summary>A node's underlay device and bridge.</summary>
    public const string Node = Eth0 + "\n" + Cni0;
}
