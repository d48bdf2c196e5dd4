namespace PcapPathAnalyzer.Topology;

/// <summary>
/// Hangs pods on their nodes where folders do not: a veth pair never leaves its kernel, so a namespace whose veth ends in
/// another one's bridge, or is only routed to there, is that one's pod.
/// </summary>
internal static class NodeAdoption
{
    public static void Adopt(IEnumerable<NetworkNamespace> namespaces)
    {
        foreach (var ns in namespaces.Where(n => n.IsNode))
        {
            var hosts = ns.Interfaces.Where(i => i.Peer is { } peer && peer.Namespace.Node != ns && i.Addresses.Count > 0 && i.Master is null && IsHostEnd(peer)).Select(i => i.Peer!.Namespace.Node).Distinct().Take(2).ToList();
            if (hosts.Count == 1 && !hosts[0].Interfaces.Any(i => i.Peer?.Namespace == ns && i.Addresses.Count > 0))
                ns.Node = hosts[0];
        }
    }

    private static bool IsHostEnd(NetworkInterface end) => end.Master is not null || end.Addresses.Count == 0 || end.Addresses.All(a => a.Address.Address.IsLinkLocal);
}
