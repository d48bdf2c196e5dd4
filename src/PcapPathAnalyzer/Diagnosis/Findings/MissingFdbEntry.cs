using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary><c>missing-fdb-entry</c>: a VXLAN device has the next hop's MAC and no VTEP for it (drivers/net/vxlan/vxlan_core.c, vxlan_xmit: no entry and no default remote drops).</summary>
internal sealed class MissingFdbEntry : IFindingRule
{
    private static readonly FindingCode Kind = new("missing-fdb-entry", "No forwarding entry for a MAC address", "A VXLAN device or bridge does not know where this MAC address is.")
    {
        Severity = Severity.Error,
        Explanation = "A VXLAN device that does not learn sends a frame only where its forwarding database says the MAC address is, and drops it where there is neither an entry nor a default remote. Pods of one node become unreachable from another, and nothing is sent on the wire.",
        CheckNext = "bridge fdb show for the device, and why the CNI's agent did not add the entry.",
        Reference = new Uri("https://man7.org/linux/man-pages/man8/bridge.8.html"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var lost = evidence.Lost.Where(l => l.IsLeaving && Tunnel(l) is { } tunnel && l.Neighbour is { IsUsable: true } n && !HasDestination(tunnel, n.LinkLayerAddress));
        foreach (var group in lost.GroupBy(l => (l.Place, l.OutDevice, l.NextHop)))
        {
            var items = group.ToList();
            var flows = items.ConvertAll(i => i.Flow);
            var first = items[0];
            var mac = first.Neighbour!.LinkLayerAddress;
            var far = evidence.Network.Namespaces.SelectMany(n => n.Interfaces).FirstOrDefault(i => i.Mac == mac);
            yield return new Finding
            {
                Code = Kind.Code,
                Severity = Severity.Error,
                Namespace = first.Place.Name,
                Location = first.Neighbour.Location,
                Message = $"{first.Place.Name} does not know behind which VTEP {mac} is{(far is null ? "" : $" (it is {far})")}: no FDB entry on {first.OutDevice}, so what is sent to {first.NextHop} is dropped there ({FlowEvidence.Count(flows)})",
                Advice = $"bridge fdb append {mac} dev {first.OutDevice} dst VTEP; then see why the CNI's agent did not.",
                Flows = flows,
                Evidence = evidence.LastFrames(items),
            };
        }
    }

    private static NetworkInterface? Tunnel(LostPacket l) =>
        l.OutDevice is { } name && l.Place.Interface(name) is { IsVxlan: true } device && l.Place.Fdb.Count > 0 ? device : null;

    private static bool HasDestination(NetworkInterface tunnel, MacAddress mac) =>
        tunnel.Link.Vxlan is { Remote.IsNone: false } || tunnel.Namespace.Fdb.Any(f => f.Device == tunnel.Name && (f.Mac == mac || f.Mac.IsNone) && !f.Destination.IsNone);
}
