using System.Text.RegularExpressions;

namespace PcapPathAnalyzer.Tests.Forwarding.Kernel;

/// <summary>
/// kube-proxy's rules in iptables mode for <see cref="ClusterNetwork"/>: a service with an endpoint on each node, one whose only endpoint is a1, one with its
/// endpoint on node-b, one of UDP, and one without any.
/// </summary>
internal static partial class KubeProxyRules
{
    /// <param name="node">Whose.</param>
    /// <param name="masquerade">The target of KUBE-POSTROUTING and of the pods' way out.</param>
    /// <param name="policy">Lines of the filter table that stand before kube-proxy's.</param>
    public static string Of(string node, string masquerade, string policy) => $"""
        *nat
        :KUBE-SERVICES -
        :KUBE-NODEPORTS -
        :KUBE-MARK-MASQ -
        :KUBE-POSTROUTING -
        :KUBE-EXT-W -
        :KUBE-SVC-W -
        :KUBE-SVC-H -
        :KUBE-SVC-B -
        :KUBE-SVC-D -
        :KUBE-SEP-A1 -
        :KUBE-SEP-B1 -
        -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
        -A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
        -A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
        -A POSTROUTING -s 10.244.0.0/16 ! -d 10.244.0.0/16 {masquerade}
        -A KUBE-SERVICES -d 10.96.0.1/32 -m comment --comment "default/web cluster IP" -p tcp -m tcp --dport 80 -j KUBE-SVC-W
        -A KUBE-SERVICES -d 10.96.0.2/32 -m comment --comment "default/hair cluster IP" -p tcp -m tcp --dport 80 -j KUBE-SVC-H
        -A KUBE-SERVICES -d 10.96.0.3/32 -m comment --comment "default/far cluster IP" -p tcp -m tcp --dport 80 -j KUBE-SVC-B
        -A KUBE-SERVICES -d 10.96.0.4/32 -m comment --comment "kube-system/dns cluster IP" -p udp -m udp --dport 53 -j KUBE-SVC-D
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
        -A KUBE-SVC-W -m comment --comment "default/web -> {ClusterNetwork.A1Address}:7" -m statistic --mode random --probability 0.5 -j KUBE-SEP-A1
        -A KUBE-SVC-W -m comment --comment "default/web -> {ClusterNetwork.B1Address}:7" -j KUBE-SEP-B1
        -A KUBE-SVC-H -m comment --comment "default/hair -> {ClusterNetwork.A1Address}:7" -j KUBE-SEP-A1
        -A KUBE-SVC-B ! -s 10.244.0.0/16 -m comment --comment "default/far" -j KUBE-MARK-MASQ
        -A KUBE-SVC-B -m comment --comment "default/far -> {ClusterNetwork.B1Address}:7" -j KUBE-SEP-B1
        -A KUBE-SVC-D ! -s 10.244.0.0/16 -m comment --comment "kube-system/dns" -j KUBE-MARK-MASQ
        -A KUBE-SVC-D -m comment --comment "kube-system/dns -> {ClusterNetwork.A1Address}:7" -m statistic --mode random --probability 0.5 -p udp -j DNAT --to-destination {ClusterNetwork.A1Address}:7
        -A KUBE-SVC-D -m comment --comment "kube-system/dns -> {ClusterNetwork.B1Address}:7" -p udp -j DNAT --to-destination {ClusterNetwork.B1Address}:7
        -A KUBE-SEP-A1 -s {ClusterNetwork.A1Address}/32 -m comment --comment "default/web" -j KUBE-MARK-MASQ
        -A KUBE-SEP-A1 -p tcp -m comment --comment "default/web" -m tcp -j DNAT --to-destination {ClusterNetwork.A1Address}:7
        -A KUBE-SEP-B1 -s {ClusterNetwork.B1Address}/32 -m comment --comment "default/web" -j KUBE-MARK-MASQ
        -A KUBE-SEP-B1 -p tcp -m comment --comment "default/web" -m tcp -j DNAT --to-destination {ClusterNetwork.B1Address}:7
        *filter
        :KUBE-FORWARD -
        :KUBE-SERVICES -
        {policy}
        -A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
        -A FORWARD -m conntrack --ctstate NEW -j KUBE-SERVICES
        -A OUTPUT -m conntrack --ctstate NEW -j KUBE-SERVICES
        {(node == ClusterNetwork.NodeA ? "-A INPUT -s 192.0.2.1/32 -j DROP" : "")}
        -A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
        -A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT
        -A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A KUBE-SERVICES -d 10.96.0.9/32 -p tcp -m comment --comment "default/none has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable
        """;

    /// <summary>The same in IPv6: 10.244.1.2 is fd44:1::2, 10.96.0.1 is fd96::1, 192.168.56.11 is fd56::11.</summary>
    public static string InIpv6(string text) => Address().Replace(text.Replace("icmp-port-unreachable", "icmp6-port-unreachable", StringComparison.Ordinal), static m =>
    {
        var host = m.Groups["host"].Value == "0" ? "" : m.Groups["host"].Value;
        var address = m.Groups["net"].Value switch { "10.244." when m.Groups["length"].Value == "/16" => "fd44::", "10.244." => $"fd44:{m.Groups["node"].Value}::{host}", "10.96." => $"fd96::{host}", "192.168." => $"fd56::{host}", _ => $"2001:db8::{host}" };
        var length = m.Groups["length"].Value switch { "/32" => "/128", "/24" => "/64", var other => other };
        return m.Groups["port"].Success ? $"[{address}]" : address + length;
    });

    [GeneratedRegex(@"(?<net>10\.244\.|10\.96\.|192\.168\.|192\.0\.)(?<node>\d+)\.(?<host>\d+)(?<length>/\d+)?(?<port>(?=:\d))?")]
    private static partial Regex Address();
}
