using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary><c>capture-gap</c>: a capture lacks packets that were seen before it and after it on their way, or says itself that it dropped frames.</summary>
internal sealed class CaptureGap : IFindingRule
{
    private static readonly FindingCode Kind = new("capture-gap", "A capture has gaps", "A capture lacks packets that passed its point: they were seen before it and after it on their way.")
    {
        Severity = Severity.Warning,
        Explanation = "The kernel drops frames for a capture whose buffer is full, and a rotated or restarted capture misses what passed meanwhile. The traffic is not affected; what this file does not show proves nothing.",
        CheckNext = "The statistics that tcpdump prints at its end ('packets dropped by kernel'), a larger buffer (-B), a shorter snap length (-s), and a faster disk.",
        Reference = new Uri("https://www.tcpdump.org/manpages/tcpdump.1.html"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        foreach (var point in evidence.CapturePoints)
        {
            var gap = evidence.Gaps.At(point);
            if (gap is null && point.Dropped <= 0)
                continue;
            var said = point.Dropped > 0 ? $"{point.File} says itself that {point.Dropped} frames were dropped" : "";
            var seen = gap is null ? "" : $"{point.File} lacks {gap.Missing} of {gap.Missing + gap.Present} packets that were seen before and after {point} on their way, between {AsCaptured(evidence, point, gap.First)} and {AsCaptured(evidence, point, gap.Last)}";
            yield return new Finding
            {
                Code = Kind.Code,
                Severity = Severity.Warning,
                Namespace = point.Namespace,
                Message = said.Length > 0 && seen.Length > 0 ? $"{seen}; {said}" : seen + said,
                Advice = "Do not conclude anything from what this capture does not show. Capture again with a larger buffer (tcpdump -B), fewer bytes (-s 128) or a filter.",
                Evidence = gap?.Around ?? [],
            };
        }
    }

    private static Timestamp AsCaptured(Evidence evidence, CapturePoint point, long time) => new(evidence.Clocks.AsCaptured(point.Index, time));
}
