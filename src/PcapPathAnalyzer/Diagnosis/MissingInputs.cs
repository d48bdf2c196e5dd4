using PcapPathAnalyzer.Dumps.Iptables;
using PcapPathAnalyzer.Dumps.Nftables;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>Says what a bundle lacks, and what cannot be answered for it.</summary>
internal static class MissingInputs
{
    public static IEnumerable<MissingInput> Of(Network network, IReadOnlyList<CapturePoint> points)
    {
        if (points.Count == 0)
            yield return new MissingInput("", "capture", "tcpdump -i any -w any.pcap", "no flow was seen: only what the dumps predict can be told");
        foreach (var point in points.Where(p => !p.IsCertain))
            yield return new MissingInput(point.Namespace, "bundle.json", $"\"captures\": {{ \"{point.File}\": {{ \"interface\": … }} }}", $"where {point.File} was taken is not certain: {point.Reason}");
        foreach (var ns in network.Namespaces)
        {
            foreach (var missing in Of(ns, points))
                yield return missing;
        }
    }

    private static IEnumerable<MissingInput> Of(NetworkNamespace ns, IReadOnlyList<CapturePoint> points)
    {
        if (ns.Interfaces.Count == 0)
            yield return new MissingInput(ns.Name, "ip-addr", "ip -d addr", "its addresses and veth pairs are not known: packets cannot be told to be its own");
        if (ns.Routes.Count == 0 && !ns.DumpedKinds.Contains("ip-route"))
            yield return new MissingInput(ns.Name, "ip-route", "ip route show table all", "where it sends a packet cannot be predicted");
        if (ns.Tables.Count == 0 && !ns.DumpedKinds.Contains("iptables-save") && !ns.DumpedKinds.Contains("nft-ruleset"))
            yield return new MissingInput(ns.Name, "iptables-save", "iptables-save -c", "no rule can be named for what it drops or translates");
        if (ns.Neighbours.Count == 0 && !ns.DumpedKinds.Contains("ip-neigh"))
            yield return new MissingInput(ns.Name, "ip-neigh", "ip neigh", "a neighbour that does not answer cannot be told from a lost packet");
        if (ns.Interfaces.Any(i => i.IsVxlan && i.Link.Vxlan is null))
            yield return new MissingInput(ns.Name, "ip-link", "ip -d link", "VNI, port and local address of its VXLAN devices are not known");
        if (ns.Fdb.Count == 0 && ns.Interfaces.Any(i => i.IsBridge || i.IsVxlan) && !ns.DumpedKinds.Contains("bridge-fdb"))
            yield return new MissingInput(ns.Name, "bridge-fdb", "bridge fdb show", "which port of a bridge, or which node across a tunnel, a packet goes to is not known");
        if (ns.Conntrack.Count == 0 && !ns.DumpedKinds.Contains("conntrack") && Translates(ns))
            yield return new MissingInput(ns.Name, "conntrack", "conntrack -L", "its rules translate addresses: without a capture on both sides the halves of a flow cannot be joined");
        if (points.Count > 0 && points.All(p => p.Home != ns))
            yield return new MissingInput(ns.Name, "capture", "tcpdump -i any -w any.pcap", "what it received and sent was not seen");
        foreach (var end in ns.Interfaces.Where(i => i.Link.LinkKind == "veth" && i.Peer is null))
            yield return new MissingInput(ns.Name, "namespace", "nsenter -t PID -n ip -d addr", $"the other end of {end.Name} is in no namespace of the bundle");
    }

    private static bool Translates(NetworkNamespace ns) =>
        ns.Tables.Any(t => t.Name == "nat" && t.Chains.Values.Any(c => c.Rules.Any(r => r.Target is NatTarget)))
        || ns.NftTables.Any(static t => t.Chains.Values.Any(static c => c.Rules.Any(static r => r.Statements.Any(static s => s is NftNat))));
}
