using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Diagnosis;

/// <summary>All causes the program looks for.</summary>
internal static class FindingCatalogue
{
    /// <summary>
    /// A new finding is a new file and a line here. The order counts: a failed flow that one finding explains is not explained again by
    /// those after it, so what is certain from a dump line stands before what is only seen, and "lost" stands last.
    /// </summary>
    private static readonly IFindingRule[] Rules =
    [
        new Findings.DroppedByRule(),
        new Findings.ServiceRules(),
        new Findings.Hairpin(),
        new Findings.ForwardingDisabled(),
        new Findings.ReversePathFilter(),
        new Findings.NoRoute(),
        new Findings.InterfaceDown(),
        new Findings.StaleEndpoint(),
        new Findings.NeighbourFailed(),
        new Findings.MissingFdbEntry(),
        new Findings.TunnelMismatch(),
        new Findings.BadChecksum(),
        new Findings.DuplicateAddress(),
        new Findings.ReplyBypassesNat(),
        new Findings.ReplyFromOtherAddress(),
        new Findings.Foretold(),
        new Findings.ConnectionRefused(),
        new Findings.ZeroWindow(),
        new Findings.MtuBlackhole(),
        new Findings.NatCollision(),
        new Findings.ConntrackFull(),
        new Findings.ServerSilent(),
        new Findings.UdpUnanswered(),
        new Findings.AsymmetricPath(),
        new Findings.LostBetweenPoints(),
        new Findings.LostOutsideCapture(),
        new Findings.ConnectionReset(),
        new Findings.Retransmissions(),
        new Findings.HighLatency(),
        new Findings.TwoBackends(),
        new Findings.CaptureGap(),
        new Findings.ClockSkew(),
        new Findings.UnreadInput(),
    ];

    private static readonly Dictionary<string, FindingCode> ByCode = Rules.SelectMany(r => r.Codes).ToDictionary(c => c.Code, StringComparer.Ordinal);

    /// <summary>What can be found, by name.</summary>
    public static IReadOnlyList<FindingCode> Codes { get; } = [.. ByCode.Values.OrderBy(c => c.Code, StringComparer.Ordinal)];

    public static FindingCode Code(string code) => ByCode[code];

    /// <summary>Findings, worst first, then by how many flows show them, then the surest.</summary>
    public static IReadOnlyList<Finding> Diagnose(Evidence evidence) =>
        [.. OneCauseEach(evidence).OrderByDescending(f => f.Severity).ThenByDescending(f => f.Flows.Count).ThenBy(f => Doubt(f.Confidence)).ThenBy(f => f.Code, StringComparer.Ordinal).ThenBy(f => f.Namespace, StringComparer.Ordinal).ThenBy(f => f.Message, StringComparer.Ordinal)];

    private static IEnumerable<Finding> OneCauseEach(Evidence evidence)
    {
        var explained = new HashSet<Flow>();
        // Each looks for itself, side by side; what one explains counts for those after it in their order.
        foreach (var findings in AheadInOrder.Run(Rules, rule => rule.Find(evidence).ToList()))
        {
            foreach (var finding in findings)
            {
                var symptom = Code(finding.Code).IsSymptom;
                var open = finding.Flows.Where(f => !(f.Failed() || symptom) || !explained.Contains(f)).ToList();
                if (finding.Flows.Count > 0 && open.Count == 0)
                    continue;
                if (finding.Severity > Severity.Info)
                    explained.UnionWith(open);
                yield return open.Count == finding.Flows.Count ? finding : finding with { Flows = open, Message = finding.Message.Replace($"({finding.Flows.Count()})", $"({open.Count()})", StringComparison.Ordinal) };
            }
        }
    }

    private static int Doubt(string confidence) => confidence switch { "proven" => 0, "likely" => 1, _ => 2 };
}
