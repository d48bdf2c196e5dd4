using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary><c>forwarding-disabled</c>: a packet that had to be forwarded came in by a device whose kernel does not forward (net/ipv4/ip_input.c, IN_DEV_FORWARD).</summary>
internal sealed class ForwardingDisabled : IFindingRule
{
    private static readonly FindingCode Kind = new("forwarding-disabled", "Forwarding is switched off", "The kernel of a node that has to forward packets is told not to (net.ipv4.ip_forward and its kind).")
    {
        Severity = Severity.Error,
        Explanation = "A packet that is not for the node itself is dropped without a word when the device it came in by has forwarding off. Pods of the node then reach each other over the bridge, and nothing beyond.",
        CheckNext = "What set it to 0: a file in /etc/sysctl.d that is read after the CNI's, or a hardening tool.",
        Reference = new Uri("https://docs.kernel.org/networking/ip-sysctl.html"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var lost = evidence.Lost.Where(l => l.IsForwarded).Select(l => (Lost: l, Off: Switch(l))).Where(p => p.Off is not null);
        foreach (var group in lost.GroupBy(p => (p.Lost.Place, p.Off!.Location)))
        {
            var items = group.Select(p => p.Lost).ToList();
            var flows = items.ConvertAll(i => i.Flow);
            var off = group.First().Off!;
            yield return new Finding
            {
                Code = Kind.Code,
                Severity = Severity.Error,
                Namespace = items[0].Place.Name,
                Location = off.Location,
                Message = $"{items[0].Place.Name} does not forward {items[0].Tuple}: {off.Name} is 0; last seen at {items[0].Last.Point} ({FlowEvidence.Count(flows)})",
                Advice = $"Set {off.Name} to 1 and find what set it to 0: a file in /etc/sysctl.d read after the CNI's, or a hardening tool.",
                Flows = flows,
                Evidence = evidence.LastFrames(items),
            };
        }
    }

    // The device's own switch decides; setting the host's sets all of them (Documentation/networking/ip-sysctl.rst), and is then
    // the line to show.
    private static Dumps.SysctlRecord? Switch(LostPacket lost)
    {
        var family = lost.Tuple.Destination.IsIpv4 ? "ipv4" : "ipv6";
        var own = lost.Ingress is { } device ? Sysctl.OfDevice(lost.Place, family, device, "forwarding") : null;
        var all = family == "ipv4" ? Sysctl.Number(lost.Place, "net.ipv4.ip_forward") ?? Sysctl.OfDevice(lost.Place, family, "all", "forwarding") : Sysctl.OfDevice(lost.Place, family, "all", "forwarding");
        return (own ?? all) is not { Value: 0 } off ? null : all is { Value: 0 } host ? host.Record : off.Record;
    }
}
