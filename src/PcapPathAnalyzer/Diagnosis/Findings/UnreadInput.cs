using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary><c>capture-truncated</c>, <c>unreadable-input</c>, <c>unknown-rule-match</c>: what was not read makes every other answer less certain.</summary>
internal sealed class UnreadInput : IFindingRule
{
    public IEnumerable<Finding> Find(Evidence evidence)
    {
        // Lines of a dump that were not understood: a finding per dump and kind, or a damaged file would bury the others.
        var lines = new Dictionary<(string File, string Code), List<Problem>>();
        foreach (var problem in evidence.Problems)
        {
            if (!DumpReaders.IsLineProblem(problem))
                yield return ToFinding(problem, problem.Code, problem.Message);
            else if (lines.TryGetValue((problem.Location.File, problem.Code), out var known))
                known.Add(problem);
            else
                lines.Add((problem.Location.File, problem.Code), [problem]);
        }

        foreach (var group in lines.Values)
        {
            var more = group.Count == 1 ? "" : $" (and {group.Count - 1} more lines of this file)";
            yield return ToFinding(group[0], "unreadable-input", $"line not understood: {group[0].Message}{more}");
        }
    }

    private static Finding ToFinding(Problem problem, string code, string message) => new()
    {
        Code = code,
        Severity = problem.Severity,
        Namespace = problem.Location.File.LastIndexOf('/') is var slash and > 0 ? problem.Location.File[..slash] : "",
        Location = problem.Location,
        Message = message,
    };
}
