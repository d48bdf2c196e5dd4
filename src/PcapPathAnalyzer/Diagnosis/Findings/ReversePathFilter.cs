using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;
using PcapPathAnalyzer.Forwarding.Routing;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary>
/// <c>reverse-path-filter</c>: a packet came in by a device with strict rp_filter, and the way back to its source leaves by another
/// (RFC 3704 section 2.2; net/ipv4/fib_frontend.c, fib_validate_source). IPv4 only: IPv6 has no such parameter.
/// </summary>
internal sealed class ReversePathFilter : IFindingRule
{
    private static readonly FindingCode Kind = new("reverse-path-filter", "Dropped by the reverse path filter", "The route back to the source leads out of another interface and rp_filter is strict.")
    {
        Severity = Severity.Error,
        Explanation = "With strict rp_filter the kernel drops a packet that comes in by another device than the one its answer would leave by, before any rule sees it. Nothing is logged unless log_martians is set.",
        CheckNext = "rp_filter of the device and of all (the larger one counts), and ip route get SOURCE.",
        Reference = new Uri("https://www.rfc-editor.org/rfc/rfc3704#section-2.2"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var lost = evidence.Lost.Where(l => l.Stage == LossStage.Received && l.RoutesKnown).Select(l => (Lost: l, Block: Blocked(l))).Where(p => p.Block is not null);
        foreach (var group in lost.GroupBy(p => (p.Lost.Place, p.Block!.Value.Strict.Location, p.Lost.Tuple.Source)))
        {
            var items = group.Select(p => p.Lost).ToList();
            var flows = items.ConvertAll(i => i.Flow);
            var (strict, back) = group.First().Block!.Value;
            yield return new Finding
            {
                Code = Kind.Code,
                Severity = Severity.Error,
                Namespace = items[0].Place.Name,
                Location = strict.Location,
                Message = $"{items[0].Place.Name} drops {items[0].Tuple} that comes in by {items[0].Ingress}: {strict.Name} is 1 (strict) and the way back to {items[0].Tuple.Source} leaves by {(back is null ? "no route" : $"{back.NextHops[0].Device} ({back.Location})")} ({FlowEvidence.Count(flows)})",
                Advice = "Make both ways use the same device, or set rp_filter of the device (and of all) to 2, loose, or 0.",
                Flows = flows,
                Evidence = evidence.LastFrames(items),
            };
        }
    }

    private static (SysctlRecord Strict, RouteRecord? Back)? Blocked(LostPacket lost)
    {
        if (lost.Ingress is not { } device || !lost.Tuple.Source.IsIpv4)
            return null;
        if (Sysctl.StrictReversePath(lost.Place, device) is not { } strict)
            return null;
        var back = RouteLookup.Find(lost.Place, lost.Tuple.Source);
        // Several next hops: one of them may be this device.
        if (back is { NextHops: not [_] } || back?.NextHops[0].Device == device)
            return null;
        return (strict, back);
    }
}
