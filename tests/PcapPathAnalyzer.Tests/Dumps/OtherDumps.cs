namespace PcapPathAnalyzer.Tests.Dumps;

/// <summary>The kind that the name of a file in the corpora's folder <c>other</c> says, the first that fits; empty for what is no dump.</summary>
internal static class OtherDumps
{
    private static readonly (string Part, string Kind)[] Names =
    [
        // A path, an error message, a test's vectors or nothing but comments in place of output.
        ("FAIL_ETHTOOL", ""), ("SUCCESS_ETHTOOL_A_PATH", ""), ("ETHTOOL_G_PATH", ""), ("PATH_BR", ""), ("NMCLI_SHOW_ERROR", ""), ("DHCLIENT_RHEL_6", ""), ("extensions_lib", ""), ("etc_sysctl.conf", ""),
        ("brctl", "brctl"), ("lsof", "lsof"), ("ETHTOOL", "ethtool"), ("ethtool", "ethtool"), ("firewall", "firewalld"), ("dhclient", "script"), ("nfnetlink", "proc-net-nfnetlink-queue"),
        ("nmcli", "nmcli"), ("networkctl", "networkctl"), ("ovs", "open-vswitch"), ("sctp", "proc-net-sctp"), ("sockstat", "proc-net-sockstat"), ("softnet", "proc-net-softnet"),
        ("vlan", "bridge-vlan"), ("etc_hosts", "hosts"), ("resolv.conf", "resolv.conf"), ("sysctl", "sysctl"), ("maddr", "ip-maddr"), ("_arp", "arp"), ("fib_trie", "proc-net-fib-trie"),
        ("ip_vs", "ipvsadm"), ("proc_net_netstat", "netstat-statistics"), ("proc_net_snmp", "netstat-statistics"), ("net_route", "proc-net-route"), ("net_tcp", "proc-net-sockets"),
        ("net_unix", "proc-net-unix"), ("qdisc", "tc-qdisc"), ("ufw", "ufw"), ("dev_mcast", "proc-net-dev-mcast"), ("net_dev", "proc-net-dev"), ("stat_nf_conntrack", "conntrack-statistics"),
        ("nf_conntrack", "conntrack"), ("igmp", "proc-net-igmp"), ("protocols", "proc-net-protocols"), ("vrf", "ip-vrf"), ("ls_-alhR", "ls"), ("iptables.log", "iptables-list"), ("golden", "iptables-save"),
    ];

    /// <summary>True for vectors of the iptables test suite, which are no dumps: nothing but that they are survived is asked.</summary>
    public static bool IsVector(string name) => name.Contains("extensions_lib", StringComparison.Ordinal);

    public static string KindOf(string name) => Array.Find(Names, n => name.Contains(n.Part, StringComparison.Ordinal)).Kind ?? "(a kind that no name says)";
}
