namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary><c>capture-truncated</c>, <c>unreadable-input</c>, <c>unknown-rule-match</c>: what was not read makes every other answer less certain.</summary>
internal sealed class UnreadInput : IFindingRule
{
    public IEnumerable<Finding> Find(Evidence evidence) => evidence.Problems.Select(p => new Finding
    {
        Code = p.Code,
        Severity = p.Severity,
        Namespace = p.Location.File.LastIndexOf('/') is var slash and > 0 ? p.Location.File[..slash] : "",
        Location = p.Location,
        Message = p.Message,
    });
}
