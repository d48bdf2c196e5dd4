namespace PcapPathAnalyzer.Diagnosis;

/// <summary>All causes the program looks for.</summary>
internal static class FindingCatalogue
{
    /// <summary>A new finding is a new file and a line here.</summary>
    private static readonly IFindingRule[] Rules =
    [
        new Findings.ConnectionRefused(),
        new Findings.ReplyBypassesNat(),
        new Findings.MtuBlackhole(),
        new Findings.UdpUnanswered(),
        new Findings.DuplicateAddress(),
        new Findings.Retransmissions(),
        new Findings.ClockSkew(),
        new Findings.UnreadInput(),
    ];

    /// <summary>Findings, worst first, then by how many flows show them.</summary>
    public static IReadOnlyList<Finding> Diagnose(Evidence evidence) =>
        [.. Rules.SelectMany(r => r.Find(evidence)).OrderByDescending(f => f.Severity).ThenByDescending(f => f.Flows.Count).ThenBy(f => f.Code, StringComparer.Ordinal).ThenBy(f => f.Namespace, StringComparer.Ordinal).ThenBy(f => f.Message, StringComparer.Ordinal)];
}
