using PcapPathAnalyzer.Decode;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary>
/// <c>mtu-blackhole</c>: small packets pass, full ones with DF are sent again and again and never get beyond one point, and
/// path MTU discovery (RFC 1191, RFC 8899) does not mend it.
/// </summary>
internal sealed class MtuBlackhole : IFindingRule
{
    private static readonly FindingCode Kind = new("mtu-blackhole", "Large packets do not get through", "Small packets pass and large ones do not: an MTU on the way is smaller than the packets, and the sender is not told.")
    {
        Severity = Severity.Error,
        Explanation = "A packet with DF that is larger than the MTU of the next link is dropped, and the sender goes on sending it where the ICMP error does not come back or is not heeded. Handshakes and small requests work, and large answers hang.",
        CheckNext = "The MTU along the way (ip link, tracepath), the tunnel's overhead, and whether ICMP type 3 code 4 passes.",
        Reference = new Uri("https://www.rfc-editor.org/rfc/rfc2923#section-2.1"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var holes = evidence.Flows.SelectMany(f => new[] { (Flow: f, Direction: f.Forward), (Flow: f, Direction: f.Reply) })
            .Select(x => (x.Flow, Hole: Look(evidence, x.Flow, x.Direction))).Where(x => x.Hole is not null);
        foreach (var group in holes.GroupBy(x => (x.Hole!.Last.Point.Namespace, x.Hole.Last.Point.Interface)))
        {
            var items = group.ToList();
            var hole = items[0].Hole!;
            var flows = items.ConvertAll(i => i.Flow);
            var lost = items.Min(i => i.Hole!.SmallestLost);
            var passed = items.Max(i => i.Hole!.LargestPassed);
            var device = hole.Last.Point.Device;
            yield return new Finding
            {
                Code = Kind.Code,
                Severity = Severity.Error,
                Namespace = group.Key.Namespace,
                Location = device?.Link.Location,
                Message = $"packets of {lost} bytes with DF are sent again and again and are never seen beyond {hole.Last.Point}; packets up to {passed} bytes pass: the MTU on the way is smaller than the sender believes{(flows[0].IcmpErrors.Any(e => e.Type == 3 && e.Code == 4) ? ", and ICMP 'fragmentation needed' does not help" : ", and no ICMP 'fragmentation needed' comes back")} ({FlowEvidence.Count(flows)})",
                Advice = $"Lower the pods' MTU to the underlay's less the tunnel's overhead (50 bytes for VXLAN over IPv4), or raise the underlay's; between {passed} and {lost} bytes lies the limit. Let ICMP type 3 code 4 pass, or clamp the MSS.",
                Flows = flows,
                Evidence = [.. hole.Lost.Take(4).Select(evidence.LastFrame)],
                Confidence = hole.BeyondCaptured ? "proven" : "likely",
            };
        }
    }

    private static Hole? Look(Evidence evidence, Flow flow, FlowDirection direction)
    {
        if (flow.Protocol != IpProtocol.Tcp || direction.Hops.Count == 0 || !flow.Failed() && flow.Outcome != FlowOutcome.Open)
            return null;
        // How far the small ones get is how far the way goes.
        var small = direction.Transmissions.Where(t => !t.IsIcmpError && t.PayloadLength == 0).ToList();
        if (small.Count == 0)
            return null;
        var reach = small.Max(t => t.LastHop);
        var stuck = direction.Transmissions.Where(t => t.PayloadLength > 0 && !t.IsIcmpError && HasDf(evidence, t)).GroupBy(t => t.Sequence)
            .Where(g => g.Count() >= 3 && g.All(t => t.LastHop < reach)).SelectMany(g => g).ToList();
        if (stuck.Count == 0)
            return null;
        var smallest = stuck.Min(t => Size(evidence, t));
        var passed = direction.Transmissions.Where(t => !t.IsIcmpError && t.LastHop >= reach).Max(t => Size(evidence, t));
        // Loss that also takes packets as small as those that pass is no question of size.
        if (passed >= smallest || smallest < 576)
            return null;
        var last = direction.Hops[stuck.Max(t => t.LastHop) - 1];
        return new Hole(last, stuck, smallest, passed, direction.Hops.Any(h => h.Number > last.Number));
    }

    private static bool HasDf(Evidence evidence, Transmission t) =>
        t.Observations.All(o => (o.Flags & PacketFlags.DontFragment) != 0 || !evidence.Store.Tuples[o.Tuple].Source.IsIpv4);

    // The smallest length it had anywhere: at the sender an offload may show several packets as one.
    private static int Size(Evidence evidence, Transmission t) => t.Observations.Min(o => o.Length);

    private sealed record Hole(Hop Last, List<Transmission> Lost, int SmallestLost, int LargestPassed, bool BeyondCaptured);
}
