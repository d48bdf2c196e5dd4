using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary><c>high-latency</c>: the part of the way that makes handshakes and echoes slow, by round trips that each point's own clock measures.</summary>
internal sealed class HighLatency : IFindingRule
{
    /// <summary>More than a data centre's network takes, and more than a busy host takes to hand a packet on; nanoseconds.</summary>
    private const long Notable = 50_000_000;

    private static readonly FindingCode Kind = new("high-latency", "One part of the way is slow", "Round trips spend most of their time between two capture points that lie next to each other on the way.")
    {
        Severity = Severity.Warning,
        Explanation = "Each point measures the time from a request to its answer with its own clock, and what this time loses from one point to the next was spent between the two, there and back. Everything that crosses this part is slow by that much: a queue, a shaper, a long line, or a starved host.",
        CheckNext = "Queues and shapers on both sides (tc -s qdisc, ethtool -S), CPU pressure of the hosts, and the line itself.",
        Reference = new Uri("https://www.rfc-editor.org/rfc/rfc2681"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        var parts = evidence.Flows.SelectMany(f => RoundTrips.Between(f).Select(r => (Flow: f, Trip: r))).GroupBy(x => (x.Trip.From, x.Trip.To));
        foreach (var group in parts)
        {
            var items = group.OrderBy(x => x.Trip.Time).ToList();
            var median = items[items.Count / 2].Trip.Time;
            if (median < Notable)
                continue;
            var (from, to) = group.Key;
            var flows = items.Where(x => x.Trip.Time >= Notable).Select(x => x.Flow).Distinct().OrderBy(f => f.Number).ToList();
            yield return new Finding
            {
                Code = Kind.Code,
                Severity = Severity.Warning,
                Namespace = from.Namespace,
                Message = $"round trips spend {Durations.Text(median)} between {from} and {to}, there and back (median of {items.Count}{(items.Count > 1 ? $", {Durations.Text(items[0].Trip.Time)} to {Durations.Text(items[^1].Trip.Time)}" : "")}; {FlowEvidence.Count(flows)})",
                Advice = from.Home?.Node == to.Home?.Node
                    ? "Both points are on one host: look at its CPU pressure (/proc/pressure/cpu, softirq time) and at queues between the two (tc -s qdisc)."
                    : "Look at what lies between the two hosts, and at their queues and shapers (tc -s qdisc, ethtool -S); a long line has this latency by nature.",
                Flows = flows,
                Evidence = [.. items.TakeLast(3).SelectMany(x => evidence.Frames(x.Trip.Question).Where(f => f.File == from.File).Take(1))],
                Confidence = items.Count > 1 ? "proven" : "likely",
            };
        }
    }
}
