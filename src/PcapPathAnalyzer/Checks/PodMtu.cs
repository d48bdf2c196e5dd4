using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Checks;

/// <summary>Pods that may send larger packets than the way out of them carries.</summary>
internal sealed class PodMtu : IDumpCheck
{
    private static readonly CheckCode Tunnel = new("pod-mtu", Severity.Warning, "A pod's MTU is larger than that of the tunnel its node reaches other pods by; large packets get through only where ICMP does.");
    private static readonly CheckCode Veth = new("veth-mtu", Severity.Warning, "A pod's end of its veth pair has a larger MTU than the node's end, which drops larger packets without a word.");

    public IReadOnlyList<CheckCode> Codes { get; } = [Tunnel, Veth];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps)
    {
        foreach (var pod in dumps.Namespaces.Where(n => !n.IsNode))
        {
            var tunnel = pod.Node.Routes.Where(r => r.Destination.Length > 0 && r.Mtu == 0).SelectMany(r => r.NextHops).Select(h => h.Device is null ? null : pod.Node.Interface(h.Device))
                .FirstOrDefault(i => i is not null && IsTunnel(i) && i.Link.Mtu > 0);
            foreach (var i in pod.Interfaces.Where(i => !i.IsLoopback && i.Link.Mtu > 0 && i.Link.IsUp && i.Addresses.Count > 0))
            {
                // drivers/net/veth.c hands over by __dev_forward_skb, which asks is_skb_forwardable: the receiving end's MTU.
                if (i.Peer is { Link.Mtu: > 0 } peer && i.Link.Mtu > peer.Link.Mtu)
                    yield return Veth.At(pod, i.Link.Location, $"{i} has MTU {i.Link.Mtu}, but its other end {peer} has {peer.Link.Mtu} ({Words.At(peer.Link.Location)})", peer.Link.Location);
                else if (tunnel is not null && i.Peer is not null && i.Link.Mtu > tunnel.Link.Mtu && !pod.Routes.Any(r => r.Mtu > 0 && r.Mtu <= tunnel.Link.Mtu))
                    yield return Tunnel.At(pod, i.Link.Location, $"{i} has MTU {i.Link.Mtu}, but {tunnel} has {tunnel.Link.Mtu} ({Words.At(tunnel.Link.Location)})", tunnel.Link.Location);
            }
        }
    }

    private static bool IsTunnel(NetworkInterface i) => i.IsVxlan || i.Link.LinkKind is "ipip" or "geneve" or "gre" or "sit" or "wireguard" || i.Link.LinkLayer == "ipip";
}
