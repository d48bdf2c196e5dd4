namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>
/// Two nodes with pods on bridges (flannel's cni0, br_netfilter on) and VXLAN between them, and a host outside, in IPv4 and IPv6, with the rules of
/// <see cref="KubeProxyRules"/> for both.
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
        for n in $all; do on $n sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0; done
        for n in a b; do
          node=$(eval echo \$node_$n); i=$([ $n = a ] && echo 0 || echo 1)
          ip -n $node link add cni0 type bridge; ip -n $node addr add 10.244.$i.1/24 dev cni0; ip -n $node link set cni0 address 0a:58:0a:f4:0$i:01 up
          ip -n $node link add flannel.1 address 0a:00:00:00:0$i:01 type vxlan id 1 dstport 8472 local 192.168.56.1$((i+1)) nolearning
          ip -n $node addr add 10.244.$i.0/32 dev flannel.1; ip -n $node addr add fd45:$i::1/128 dev flannel.1; ip -n $node addr add fd44:$i::1/64 dev cni0
          on $node sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1
        done
        ip -n $outside link add br0 type bridge; ip -n $outside link set br0 address 0a:00:00:00:05:01 up
        ip -n $outside addr add 192.168.56.100/24 dev br0; ip -n $outside addr add fd56::100/64 dev br0
        for n in a b; do
          node=$(eval echo \$node_$n); i=$([ $n = a ] && echo 1 || echo 2)
          ip link add eth0 netns $node type veth peer name port$n netns $outside
          ip -n $outside link set port$n master br0 up; ip -n $node addr add 192.168.56.1$i/24 dev eth0; ip -n $node addr add fd56::1$i/64 dev eth0; ip -n $node link set eth0 up
          ip -n $node link set flannel.1 up mtu 1450; ip -n $node route add default via 192.168.56.100; ip -n $node route add default via fd56::100
        done
        pod() { ip link add eth0 netns $1 type veth peer name $3 netns $2; ip -n $1 addr add $4/24 dev eth0; ip -n $1 link set eth0 up mtu 1450; ip -n $2 link set $3 master cni0 up mtu 1450; bridge -n $2 link set dev $3 hairpin on; ip -n $1 route add default via $5
          ip -n $1 addr add $6/64 dev eth0; ip -n $1 route add default via $7; }
        pod $a1 $node_a va1 10.244.0.2 10.244.0.1 fd44:0::2 fd44:0::1
        pod $a2 $node_a va2 10.244.0.3 10.244.0.1 fd44:0::3 fd44:0::1
        pod $b1 $node_b vb1 10.244.1.2 10.244.1.1 fd44:1::2 fd44:1::1
        ip -n $node_a route add 10.244.1.0/24 via 10.244.1.0 dev flannel.1 onlink; ip -n $node_b route add 10.244.0.0/24 via 10.244.0.0 dev flannel.1 onlink
        ip -n $node_a neigh add 10.244.1.0 lladdr 0a:00:00:00:01:01 dev flannel.1 nud permanent; ip -n $node_b neigh add 10.244.0.0 lladdr 0a:00:00:00:00:01 dev flannel.1 nud permanent
        bridge -n $node_a fdb append 0a:00:00:00:01:01 dev flannel.1 dst 192.168.56.12; bridge -n $node_b fdb append 0a:00:00:00:00:01 dev flannel.1 dst 192.168.56.11
        ip -n $node_a route add fd44:1::/64 via fd45:1::1 dev flannel.1 onlink; ip -n $node_b route add fd44:0::/64 via fd45:0::1 dev flannel.1 onlink
        ip -n $node_a route add fd45:1::/64 via fd45:1::1 dev flannel.1 onlink; ip -n $node_b route add fd45:0::/64 via fd45:0::1 dev flannel.1 onlink
        ip -n $node_a neigh add fd45:1::1 lladdr 0a:00:00:00:01:01 dev flannel.1 nud permanent; ip -n $node_b neigh add fd45:0::1 lladdr 0a:00:00:00:00:01 dev flannel.1 nud permanent
        ip -n $outside route add 10.96.0.0/16 via 192.168.56.11; ip -n $outside route add fd96::/64 via fd56::11
        """;

    public ClusterNetwork()
        : base(Script, NodeA, NodeB, A1, A2, B1, Outside)
    {
        Proxy();
    }

    /// <summary>kube-proxy's rules on both nodes.</summary>
    /// <param name="masquerade">The target of KUBE-POSTROUTING and of the pods' way out.</param>
    /// <param name="policy">Lines of the filter table that stand before kube-proxy's.</param>
    public void Proxy(string masquerade = "-j MASQUERADE", string policy = "")
    {
        foreach (var node in new[] { NodeA, NodeB })
        {
            var rules = KubeProxyRules.Of(node, masquerade, policy);
            Load(node, rules);
            Load(node, KubeProxyRules.InIpv6(rules), isIpv6: true);
        }
    }
}
