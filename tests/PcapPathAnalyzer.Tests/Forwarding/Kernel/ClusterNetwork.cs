namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>
/// Two nodes with pods on bridges (flannel's cni0, br_netfilter on) and VXLAN between them, and a host outside; kube-proxy's rules in iptables mode for one
/// service with an endpoint on each node, one whose only endpoint is a1, one with its endpoint on node-b, and one without any.
/// </summary>
internal sealed class ClusterNetwork : ProbedNetwork
{
    public const string NodeA = "node-a";
    public const string NodeB = "node-b";
    public const string A1 = "node-a/pods/a1";
    public const string A2 = "node-a/pods/a2";
    public const string B1 = "node-b/pods/b1";
    public const string Outside = "outside";
    public const string A1Address = "10.244.0.2";
    public const string A2Address = "10.244.0.3";
    public const string B1Address = "10.244.1.2";
    public const string OutsideAddress = "192.168.56.100";
    public const string NodeAAddress = "192.168.56.11";

    private const string Script = """
        for n in a b; do
          node=$(eval echo \$node_$n); i=$([ $n = a ] && echo 0 || echo 1)
          ip -n $node link add cni0 type bridge; ip -n $node addr add 10.244.$i.1/24 dev cni0; ip -n $node link set cni0 address 0a:58:0a:f4:0$i:01 up
          ip -n $node link add flannel.1 address 0a:00:00:00:0$i:01 type vxlan id 1 dstport 8472 local 192.168.56.1$((i+1)) nolearning
          ip -n $node addr add 10.244.$i.0/32 dev flannel.1
          on $node sysctl -qw net.ipv4.ip_forward=1 net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1
        done
        ip -n $outside link add br0 type bridge; ip -n $outside link set br0 address 0a:00:00:00:05:01 up
        ip -n $outside addr add 192.168.56.100/24 dev br0
        for n in a b; do
          node=$(eval echo \$node_$n); i=$([ $n = a ] && echo 1 || echo 2)
          ip link add eth0 netns $node type veth peer name port$n netns $outside
          ip -n $outside link set port$n master br0 up; ip -n $node addr add 192.168.56.1$i/24 dev eth0; ip -n $node link set eth0 up
          ip -n $node link set flannel.1 up mtu 1450; ip -n $node route add default via 192.168.56.100
        done
        pod() { ip link add eth0 netns $1 type veth peer name $3 netns $2; ip -n $1 addr add $4/24 dev eth0; ip -n $1 link set eth0 up mtu 1450; ip -n $2 link set $3 master cni0 up mtu 1450; bridge -n $2 link set dev $3 hairpin on; ip -n $1 route add default via $5; }
        pod $a1 $node_a va1 10.244.0.2 10.244.0.1
        pod $a2 $node_a va2 10.244.0.3 10.244.0.1
        pod $b1 $node_b vb1 10.244.1.2 10.244.1.1
        ip -n $node_a route add 10.244.1.0/24 via 10.244.1.0 dev flannel.1 onlink; ip -n $node_b route add 10.244.0.0/24 via 10.244.0.0 dev flannel.1 onlink
        ip -n $node_a neigh add 10.244.1.0 lladdr 0a:00:00:00:01:01 dev flannel.1 nud permanent; ip -n $node_b neigh add 10.244.0.0 lladdr 0a:00:00:00:00:01 dev flannel.1 nud permanent
        bridge -n $node_a fdb append 0a:00:00:00:01:01 dev flannel.1 dst 192.168.56.12; bridge -n $node_b fdb append 0a:00:00:00:00:01 dev flannel.1 dst 192.168.56.11
        ip -n $outside route add 10.96.0.0/16 via 192.168.56.11
        """;

    public ClusterNetwork()
        : base(Script, NodeA, NodeB, A1, A2, B1, Outside)
    {
        Proxy("-j MASQUERADE");
    }

    /// <summary>kube-proxy's rules on both nodes.</summary>
    /// <param name="masquerade">The target of KUBE-POSTROUTING and of the pods' way out.</param>
    public void Proxy(string masquerade)
    {
        foreach (var node in new[] { NodeA, NodeB })
            Load(node, Rules(node, masquerade));
    }

    private static string Rules(string node, string masquerade) => $"""
        *nat
        :KUBE-SERVICES -
        :KUBE-NODEPORTS -
        :KUBE-MARK-MASQ -
        :KUBE-POSTROUTING -
        :KUBE-EXT-W -
        :KUBE-SVC-W -
        :KUBE-SVC-H -
        :KUBE-SVC-B -
        :KUBE-SEP-A1 -
        :KUBE-SEP-B1 -
        -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
        -A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
        -A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
        -A POSTROUTING -s 10.244.0.0/16 ! -d 10.244.0.0/16 {masquerade}
        -A KUBE-SERVICES -d 10.96.0.1/32 -m comment --comment "default/web cluster IP" -p tcp -m tcp --dport 80 -j KUBE-SVC-W
        -A KUBE-SERVICES -d 10.96.0.2/32 -m comment --comment "default/hair cluster IP" -p tcp -m tcp --dport 80 -j KUBE-SVC-H
        -A KUBE-SERVICES -d 10.96.0.3/32 -m comment --comment "default/far cluster IP" -p tcp -m tcp --dport 80 -j KUBE-SVC-B
        -A KUBE-SERVICES -m comment --comment "kubernetes service nodeports" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
        -A KUBE-NODEPORTS -p tcp -m comment --comment "default/web" -m tcp --dport 30080 -j KUBE-EXT-W
        -A KUBE-NODEPORTS -p tcp -m comment --comment "default/hair" -m tcp --dport 30081 -j KUBE-SEP-A1
        -A KUBE-NODEPORTS -p tcp -m comment --comment "default/far" -m tcp --dport 30082 -j KUBE-SVC-B
        -A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
        -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
        -A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
        -A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" {masquerade}
        -A KUBE-EXT-W -m comment --comment "masquerade traffic for default/web external destinations" -j KUBE-MARK-MASQ
        -A KUBE-EXT-W -j KUBE-SVC-W
        -A KUBE-SVC-W ! -s 10.244.0.0/16 -d 10.96.0.1/32 -p tcp -m comment --comment "default/web cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ
        -A KUBE-SVC-W -m comment --comment "default/web -> {A1Address}:7" -m statistic --mode random --probability 0.5 -j KUBE-SEP-A1
        -A KUBE-SVC-W -m comment --comment "default/web -> {B1Address}:7" -j KUBE-SEP-B1
        -A KUBE-SVC-H -m comment --comment "default/hair -> {A1Address}:7" -j KUBE-SEP-A1
        -A KUBE-SVC-B ! -s 10.244.0.0/16 -m comment --comment "default/far" -j KUBE-MARK-MASQ
        -A KUBE-SVC-B -m comment --comment "default/far -> {B1Address}:7" -j KUBE-SEP-B1
        -A KUBE-SEP-A1 -s {A1Address}/32 -m comment --comment "default/web" -j KUBE-MARK-MASQ
        -A KUBE-SEP-A1 -p tcp -m comment --comment "default/web" -m tcp -j DNAT --to-destination {A1Address}:7
        -A KUBE-SEP-B1 -s {B1Address}/32 -m comment --comment "default/web" -j KUBE-MARK-MASQ
        -A KUBE-SEP-B1 -p tcp -m comment --comment "default/web" -m tcp -j DNAT --to-destination {B1Address}:7
        *filter
        :KUBE-FORWARD -
        :KUBE-SERVICES -
        -A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
        -A FORWARD -m conntrack --ctstate NEW -j KUBE-SERVICES
        -A OUTPUT -m conntrack --ctstate NEW -j KUBE-SERVICES
        {(node == NodeA ? "-A INPUT -s 192.0.2.1/32 -j DROP" : "")}
        -A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
        -A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT
        -A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A KUBE-SERVICES -d 10.96.0.9/32 -p tcp -m comment --comment "default/none has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable
        """;
}
