using PcapPathAnalyzer.Dumps;

namespace PcapPathAnalyzer.Topology;

/// <summary>
/// Finds the two ends of each veth pair. <c>@ifN</c> gives the peer's ifindex in the peer's namespace, which is not
/// unique over namespaces: both ends must point at each other, and link-netns, addresses and routes choose where several fit.
/// </summary>
internal static class VethPairing
{
    private const int Proof = 8;

    public static void Join(IReadOnlyList<NetworkNamespace> namespaces)
    {
        var ends = namespaces.SelectMany(n => n.Interfaces).Where(IsVethEnd).ToList();
        var candidates = ends.ToDictionary(e => e, e => ends.Where(o => Fits(e, o)).ToList());

        // Certain pairs first: what they take is no longer a candidate for the others.
        var progress = true;
        while (progress)
        {
            progress = false;
            foreach (var end in ends.Where(e => e.Peer is null))
            {
                var open = candidates[end].Where(c => c.Peer is null).ToList();
                var choice = open.Count == 1 ? open[0] : Best(end, open);
                if (choice is null)
                    continue;
                var back = candidates[choice].Where(c => c.Peer is null).ToList();
                if (back.Count != 1 && Best(choice, back) != end)
                    continue;
                end.Peer = choice;
                choice.Peer = end;
                progress = true;
            }
        }
    }

    private static bool IsVethEnd(NetworkInterface i) =>
        i.Link.LinkKind is null or "veth" && (i.Link.PeerIfIndex > 0 || i.Link.Peer is not null) && !i.IsLoopback;

    private static bool Fits(NetworkInterface a, NetworkInterface b)
    {
        if (a == b)
            return false;
        if (a.Namespace == b.Namespace)
            return a.Link.Peer == b.Name && b.Link.Peer == a.Name;
        return a.Link.PeerIfIndex == b.IfIndex && b.Link.PeerIfIndex == a.IfIndex && a.IfIndex > 0 && b.IfIndex > 0
            && SameKernel(a, b) && NamesAgree(a, b) && NamesAgree(b, a);
    }

    // A veth pair never leaves the kernel it was made in. Folders side by side may be two nodes or a node and its pod:
    // only a neighbour, FDB entry or host route that names the other end joins them.
    private static bool SameKernel(NetworkInterface a, NetworkInterface b) =>
        a.Namespace.Node == b.Namespace.Node || Score(a, b) >= Proof || Score(b, a) >= Proof;

    // link-netns names the peer's namespace as the printing one knows it; comparable only when that is a folder's name here.
    private static bool NamesAgree(NetworkInterface a, NetworkInterface b)
    {
        if (a.Link.LinkNetns is not { } name || name.StartsWith("nsid:", StringComparison.Ordinal))
            return true;
        var leaf = b.Namespace.Name[(b.Namespace.Name.LastIndexOf('/') + 1)..];
        return name == leaf || name == b.Namespace.Name || !a.Namespace.Name.EndsWith(name, StringComparison.Ordinal);
    }

    // Several pods often show eth0@if5 with the same numbers on different nodes or after renumbering: evidence decides, or nobody.
    private static NetworkInterface? Best(NetworkInterface end, List<NetworkInterface> open)
    {
        NetworkInterface? best = null;
        var bestScore = 0;
        var tie = false;
        foreach (var other in open)
        {
            var score = Score(end, other) + Score(other, end);
            if (score > bestScore)
                (best, bestScore, tie) = (other, score, false);
            else if (score == bestScore)
                tie = true;
        }

        return tie ? null : best;
    }

    private static int Score(NetworkInterface host, NetworkInterface pod)
    {
        var score = host.Namespace == pod.Namespace.Node ? 4 : 0;
        // The node's neighbour table knows the pod's address with the pod's MAC, on this interface or the bridge it is a port of.
        foreach (var neighbour in host.Namespace.Neighbours)
        {
            if (neighbour.LinkLayerAddress == pod.Mac && !pod.Mac.IsNone && (neighbour.Interface is null || neighbour.Interface == host.Name || neighbour.Interface == host.Link.Master))
                score += Proof;
        }

        // The bridge learnt the pod's MAC on this very port.
        foreach (var entry in host.Namespace.Fdb)
        {
            if (entry.Device == host.Name && entry.Mac == pod.Mac && !pod.Mac.IsNone)
                score += 2 * Proof;
        }

        // A host route to the pod's address through this interface (Calico and its kind).
        foreach (var route in host.Namespace.Routes)
        {
            if (route.Destination.IsHost && route.NextHops.Any(h => h.Device == host.Name) && pod.Addresses.Any(a => a.Address.Address == route.Destination.Address))
                score += 2 * Proof;
        }

        return score;
    }
}
