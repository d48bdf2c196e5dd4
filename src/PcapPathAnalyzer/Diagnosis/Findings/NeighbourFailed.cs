using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary><c>neighbor-failed</c>: the next hop does not answer ARP or neighbour discovery.</summary>
internal sealed class NeighbourFailed : IFindingRule
{
    private static readonly FindingCode Unanswered = new("neighbor-failed", "The next hop does not answer", "The neighbour entry of the next hop is FAILED or INCOMPLETE: nobody answers ARP or neighbour discovery.")
    {
        Severity = Severity.Error,
        Explanation = "The kernel asks for the MAC address of the next hop three times and drops what waits for it when nobody answers. The host is down, on another segment, or has another address by now.",
        CheckNext = "ARP on the device (tcpdump -ni DEV arp), and whether the address is still in use.",
        Reference = new Uri("https://man7.org/linux/man-pages/man8/ip-neighbour.8.html"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Unanswered];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        foreach (var group in evidence.Silent.Where(s => !StaleEndpoint.Explains(evidence, s.Lost) && !NoRoute.Explains(evidence, s.Lost)).GroupBy(s => (s.Lost.Place, s.Address)))
        {
            var items = group.DistinctBy(s => s.Lost.Flow).Select(s => s.Lost).ToList();
            var (hop, first) = (group.First(), items[0]);
            var flows = items.ConvertAll(i => i.Flow);
            var vtep = first.Stage == LossStage.Encapsulating ? OuterPacket.Entry(first) : null;
            var gateway = first.Route is { Destination.Length: 0 } ? ", its default gateway," : "";
            yield return new Finding
            {
                Code = Unanswered.Code,
                Severity = Severity.Error,
                Namespace = first.Place.Name,
                Location = vtep?.Location ?? hop.Entry?.Location ?? first.Route?.Location,
                Message = vtep is null
                    ? $"{first.Place.Name} gets no answer from {hop.Address}{gateway}{hop.On(evidence)}{hop.State(evidence)}; last seen at {first.Last.Point} ({FlowEvidence.Count(flows)})"
                    : $"{first.Place.Name} sends the tunnel's packets for {vtep.Mac} to VTEP {vtep.Destination} ({vtep.Location}), which does not answer ARP{hop.On(evidence)}{hop.State(evidence)} ({FlowEvidence.Count(flows)})",
                Advice = vtep is null
                    ? "Is the host up, on this segment, with this address? Capture ARP on the device (tcpdump -ni DEV arp)."
                    : "Has the node's address changed? The CNI's agent keeps the FDB entry: see its log and the node's annotation or lease.",
                Flows = flows,
                Evidence = hop.Frames(evidence, items),
                Confidence = hop.Confidence(evidence),
            };
        }
    }
}
