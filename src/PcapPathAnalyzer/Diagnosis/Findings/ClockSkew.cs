using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary><c>clock-skew</c>: a node's clock is off by more than a log reader would forgive.</summary>
internal sealed class ClockSkew : IFindingRule
{
    private static readonly FindingCode Kind = new("clock-skew", "Clocks are apart", "The clock of a node differs from the others'; times were corrected before packets were put in order.")
    {
        Severity = Severity.Warning,
        Explanation = "Nodes stamp frames with their own clocks, and packets that went each way between two nodes bound how far these are apart. Logs of the nodes cannot be laid side by side, and leases, certificates and tokens expire early or late.",
        CheckNext = "Time synchronisation on the node: chronyc tracking, timedatectl.",
        Reference = new Uri("https://www.rfc-editor.org/rfc/rfc5905"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Kind];

    /// <summary>Logs of two nodes cannot be laid side by side beyond this.</summary>
    private const long Notable = 50_000_000;

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        foreach (var clock in evidence.Clocks.Estimates.Where(c => Math.Abs(c.Offset) - (c.Uncertainty ?? 0) > Notable))
        {
            yield return new Finding
            {
                Code = Kind.Code,
                Severity = Math.Abs(clock.Offset) > 1_000_000_000 ? Severity.Warning : Severity.Info,
                Namespace = clock.Name,
                Message = $"the clock of {clock.Name} is {Durations.Text(clock.Offset, signed: true)} off the reference{(clock.Uncertainty is { } u ? $" (± {Durations.Text(u)})" : " (one direction only: transit time included)")}{clock.DriftText(", ")}; times here are corrected by that",
                Advice = "Check time synchronisation (chronyc tracking, timedatectl) on the node; certificates and leases suffer from it too.",
                Confidence = clock.Uncertainty is null ? "likely" : "proven",
            };
        }
    }
}
