using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary>
/// <c>interface-down</c>: the packets end before a device that is down: the one that has the next hop's address, the tunnel's at the far end, or the
/// device they would leave by. A device that is down neither answers ARP nor hands a packet on (net/core/dev.c, IFF_UP).
/// </summary>
internal sealed class InterfaceDown : IFindingRule
{
    private static readonly FindingCode Kind = new("interface-down", "An interface is down", "The way leads through an interface that is switched off, and the packets end before it.")
    {
        Severity = Severity.Error,
        Explanation = "The interface is administratively down (no UP among its flags), so it answers no ARP, hands nothing on, and its routes are gone. The other side sees a host that does not exist, although its configuration is still there.",
        CheckNext = "ip link set DEV up, and who took it down: the node's journal, the CNI's agent, a failed ifup.",
        Reference = new Uri("https://man7.org/linux/man-pages/man8/ip-link.8.html"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var stopped = evidence.Lost.Where(l => !l.HasArrived).Select(l => (Lost: l, Device: Next(evidence, l))).Where(x => x.Device is not null);
        foreach (var group in stopped.GroupBy(x => x.Device!))
        {
            var items = group.Select(x => x.Lost).ToList();
            var flows = items.ConvertAll(i => i.Flow);
            yield return new Finding
            {
                Code = Kind.Code,
                Severity = Severity.Error,
                Namespace = group.Key.Namespace.Name,
                Location = group.Key.Link.Location,
                Message = $"{group.Key} is down, and the way of {(items[0].IsReply ? "the answers to " : "")}{flows[0].Requested} leads through it; last seen at {items[0].Last.Point} ({FlowEvidence.Count(flows)})",
                Advice = $"ip link set {group.Key.Name} up in {group.Key.Namespace.Name}; then find out what took it down.",
                Flows = flows,
                Evidence = evidence.LastFrames(items),
                Confidence = "likely",
            };
        }
    }

    /// <summary>Its flags were dumped, and UP is not among them.</summary>
    public static bool IsDown(NetworkInterface device) => device.Link.Flags.Count > 0 && !device.Link.IsUp;

    private static NetworkInterface? Next(Evidence evidence, LostPacket lost)
    {
        if (lost.Stage == LossStage.Decapsulating)
            return lost.Place.Interfaces.FirstOrDefault(i => i.Link.Vxlan is { } v && v.Vni == lost.Last.Tunnel.Vni && IsDown(i));
        if (!lost.IsForwarded || lost.IsDestinationOpen)
            return null;
        if (lost.OutDevice is { } name && lost.Place.Interface(name) is { } device && IsDown(device))
            return device;
        var owners = evidence.Network.Owners(lost.NextHop);
        return owners.Count > 0 && owners.All(IsDown) ? owners[0] : null;
    }
}
