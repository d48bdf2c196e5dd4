using PcapPathAnalyzer.Tests.Forwarding.Stages;

namespace PcapPathAnalyzer.Tests.Forwarding.Ipvs;

/// <summary>
/// Two nodes whose kube-proxy uses IPVS, pods a1 and a2 on a bridge of node-a, b1 on one of node-b, a route between the nodes. On node-a kube-ipvs0 has
/// 10.96.0.1 to 10.96.0.9; rules and sets are those that kube-proxy's IPVS mode writes (pkg/proxy/ipvs).
/// </summary>
internal static class IpvsVillage
{
    private const string Rules = """
        *mangle
        :INPUT ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        COMMIT
        *filter
        :INPUT ACCEPT [0:0]
        :FORWARD ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        :KUBE-IPVS-FILTER - [0:0]
        -A INPUT -m comment --comment "kubernetes ipvs access filter" -j KUBE-IPVS-FILTER
        -A KUBE-IPVS-FILTER -m set --match-set KUBE-CLUSTER-IP dst,dst -j RETURN
        -A KUBE-IPVS-FILTER -m conntrack --ctstate NEW -m set --match-set KUBE-IPVS-IPS dst -j REJECT --reject-with icmp-port-unreachable
        COMMIT
        *nat
        :PREROUTING ACCEPT [0:0]
        :INPUT ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        :POSTROUTING ACCEPT [0:0]
        :KUBE-MARK-MASQ - [0:0]
        :KUBE-NODE-PORT - [0:0]
        :KUBE-POSTROUTING - [0:0]
        :KUBE-SERVICES - [0:0]
        -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
        -A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
        -A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
        -A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
        -A KUBE-NODE-PORT -p tcp -m comment --comment "Kubernetes nodeport TCP port for masquerade purpose" -m set --match-set KUBE-NODE-PORT-TCP dst -j KUBE-MARK-MASQ
        -A KUBE-POSTROUTING -m comment --comment "Kubernetes endpoints dst ip:port, source ip for solving hairpin purpose" -m set --match-set KUBE-LOOP-BACK dst,dst,src -j MASQUERADE
        -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
        -A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
        -A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully
        -A KUBE-SERVICES -s 127.0.0.0/8 -j RETURN
        -A KUBE-SERVICES ! -s 10.244.0.0/16 -m comment --comment "Kubernetes service cluster ip + port for masquerade purpose" -m set --match-set KUBE-CLUSTER-IP dst,dst -j KUBE-MARK-MASQ
        -A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODE-PORT
        -A KUBE-SERVICES -m set --match-set KUBE-CLUSTER-IP dst,dst -j ACCEPT
        COMMIT

        """;

    private const string Sets = """
        create KUBE-CLUSTER-IP hash:ip,port family inet hashsize 1024 maxelem 65536
        add KUBE-CLUSTER-IP 10.96.0.1,tcp:80
        add KUBE-CLUSTER-IP 10.96.0.2,tcp:80
        add KUBE-CLUSTER-IP 10.96.0.3,udp:53
        create KUBE-LOOP-BACK hash:ip,port,ip family inet hashsize 1024 maxelem 65536
        add KUBE-LOOP-BACK 10.244.0.2,tcp:8080,10.244.0.2
        create KUBE-NODE-PORT-TCP bitmap:port range 0-65535
        add KUBE-NODE-PORT-TCP 30080
        create KUBE-IPVS-IPS hash:ip family inet hashsize 1024 maxelem 65536
        add KUBE-IPVS-IPS 10.96.0.1
        add KUBE-IPVS-IPS 10.96.0.2

        """;

    public const string Services = """
        TCP  10.96.0.1:80 rr
          -> 10.244.0.2:8080              Masq    1      0          0
          -> 10.244.1.2:8080              Masq    1      0          0
        TCP  10.96.0.2:80 rr
        UDP  10.96.0.3:53 rr
          -> 10.244.1.2:53                Masq    1      0          0
        TCP  192.168.56.11:30080 rr
          -> 10.244.0.2:8080              Masq    1      0          0
          -> 10.244.1.2:8080              Masq    1      0          0

        """;

    /// <param name="services">As <c>ipvsadm -Ln</c> lists them, without its three lines of heading.</param>
    /// <param name="isTracked">net.ipv4.vs.conntrack of node-a; null where it was not dumped.</param>
    public static Village Create(string services = Services, bool? isTracked = true) => Pod(Pod(Pod(Node(Node(new Village(), "a", 0, "a1", "a2"), "b", 1, "b1"), "a", 0, "a1", 2, 4), "a", 0, "a2", 3, 5), "b", 1, "b1", 2, 4)
        .With("node-a/iptables", Rules)
        .With("node-a/ipset", Sets)
        .With("node-a/ipvsadm", $"IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n{services}")
        .With("node-a/sysctl", Sysctls + (isTracked is { } t ? $"net.ipv4.vs.conntrack = {(t ? 1 : 0)}\n" : ""))
        .With("node-b/sysctl", Sysctls);

    private const string Sysctls = "net.ipv4.ip_forward = 1\nnet.ipv4.conf.all.rp_filter = 0\nnet.bridge.bridge-nf-call-iptables = 1\n";

    private static Village Node(Village village, string node, int index, params string[] pods)
    {
        var ports = string.Concat(pods.Select((p, i) => $"{i + 4}: v{p}@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue master cni0 state UP group default\n    link/ether 02:00:00:00:0{index}:{i + 4:x2} brd ff:ff:ff:ff:ff:ff link-netnsid {i}\n    bridge_slave state forwarding hairpin on\n"));
        var services = node == "a" ? "9: kube-ipvs0: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN group default\n    link/ether 02:00:00:00:00:99 brd ff:ff:ff:ff:ff:ff\n    dummy\n" : "";
        var virtualAddresses = node == "a" ? services.Replace("    dummy\n", "", StringComparison.Ordinal) + string.Concat(Enumerable.Range(1, 9).Select(i => $"    inet 10.96.0.{i}/32 scope global kube-ipvs0\n")) : "";
        var eth0 = $"2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default\n    link/ether 02:00:00:00:0{index}:02 brd ff:ff:ff:ff:ff:ff\n";
        var cni0 = $"3: cni0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default\n    link/ether 02:00:00:00:0{index}:03 brd ff:ff:ff:ff:ff:ff\n";
        const string Lo = "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n";
        return village
            .With($"node-{node}/ip-d-link", Lo + eth0 + cni0 + "    bridge forward_delay 1500\n" + ports + services)
            .With($"node-{node}/ip-addr", Lo + "    inet 127.0.0.1/8 scope host lo\n" + eth0 + $"    inet 192.168.56.1{index + 1}/24 brd 192.168.56.255 scope global eth0\n" + cni0 + $"    inet 10.244.{index}.1/24 brd 10.244.{index}.255 scope global cni0\n" + virtualAddresses)
            .With($"node-{node}/ip-route", $"default via 192.168.56.100 dev eth0\n10.244.{index}.0/24 dev cni0 proto kernel scope link src 10.244.{index}.1\n10.244.{1 - index}.0/24 via 192.168.56.1{2 - index} dev eth0\n192.168.56.0/24 dev eth0 proto kernel scope link src 192.168.56.1{index + 1}\n");
    }

    private static Village Pod(Village village, string node, int index, string pod, int host, int port) => village
        .With($"node-{node}/pods/{pod}/ip-addr", $"1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default\n    inet 127.0.0.1/8 scope host lo\n2: eth0@if{port}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default\n    link/ether 02:00:00:00:1{index}:0{host} brd ff:ff:ff:ff:ff:ff link-netnsid 0\n    inet 10.244.{index}.{host}/24 brd 10.244.{index}.255 scope global eth0\n")
        .With($"node-{node}/pods/{pod}/ip-route", $"default via 10.244.{index}.1 dev eth0\n10.244.{index}.0/24 dev eth0 proto kernel scope link src 10.244.{index}.{host}\n");
}
