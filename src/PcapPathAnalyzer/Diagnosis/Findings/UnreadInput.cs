using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Dumps;

namespace PcapPathAnalyzer.Diagnosis.Findings;

/// <summary><c>capture-truncated</c>, <c>unreadable-input</c>, <c>unknown-rule-match</c>: what was not read makes every other answer less certain.</summary>
internal sealed class UnreadInput : IFindingRule
{
    private static readonly FindingCode Truncated = new("capture-truncated", "A capture is cut short", "A capture file ends in the middle of a record or is damaged; what stands before the damage was used.")
    {
        Severity = Severity.Warning,
        Explanation = "The file was copied while it was written, the disk was full, or the writer was killed. Packets after the damage are unknown, and their absence proves nothing.",
        CheckNext = "Whether the original file is whole, and that the writer is stopped (SIGINT) before the file is copied.",
        Reference = new Uri("https://www.tcpdump.org/manpages/pcap-savefile.5.html"),
    };

    private static readonly FindingCode Unreadable = new("unreadable-input", "An input could not be read", "A file or a line of the bundle was not understood; the rest was used.")
    {
        Severity = Severity.Warning,
        Explanation = "A file is of an unknown kind or damaged, or a line has a form that no version of its command is known to print. What stands there is missing from every answer.",
        CheckNext = "The line itself, and pcappath dump --check FILE for all lines of a file.",
        Reference = new Uri("https://man7.org/linux/man-pages/man8/ip.8.html"),
    };

    private static readonly FindingCode UnknownMatch = new("unknown-rule-match", "A rule is not understood", "A rule uses a match that the program does not know; what depends on it is uncertain.")
    {
        Severity = Severity.Warning,
        Explanation = "The rule is kept as text and taken neither as matching nor as not matching. Where a packet meets it, both ways are followed and evidence decides.",
        CheckNext = "The extension's documentation, and whether the rule stands on the way of the flow in question.",
        Reference = new Uri("https://man7.org/linux/man-pages/man8/iptables-extensions.8.html"),
    };

    public IReadOnlyList<FindingCode> Codes { get; } = [Truncated, Unreadable, UnknownMatch];

    public IEnumerable<Finding> Find(Evidence evidence)
    {
        // Lines of a dump that were not understood: a finding per dump and kind, or a damaged file would bury the others.
        var lines = new Dictionary<(string File, string Code), List<Problem>>();
        foreach (var problem in evidence.Problems)
        {
            if (!DumpReaders.IsLineProblem(problem))
                yield return ToFinding(problem, Codes.FirstOrDefault(c => c.Code == problem.Code) ?? Unreadable, problem.Message);
            else if (lines.TryGetValue((problem.Location.File, problem.Code), out var known))
                known.Add(problem);
            else
                lines.Add((problem.Location.File, problem.Code), [problem]);
        }

        foreach (var group in lines.Values)
        {
            var more = group.Count == 1 ? "" : $" (and {group.Count - 1} more lines of this file)";
            yield return ToFinding(group[0], Unreadable, $"line not understood: {group[0].Message}{more}");
        }
    }

    private static Finding ToFinding(Problem problem, FindingCode code, string message) => new()
    {
        Code = code.Code,
        Severity = problem.Severity,
        Namespace = problem.Location.File.LastIndexOf('/') is var slash and > 0 ? problem.Location.File[..slash] : "",
        Location = problem.Location,
        Message = message,
    };
}
