using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Checks;

/// <summary>What the readers could not take: every other check knows less because of it.</summary>
internal sealed class ReaderProblems : IDumpCheck
{
    public IReadOnlyList<CheckCode> Codes { get; } =
    [
        new("unreadable-input", Severity.Warning, "A file or a line was not understood; the rest was used."),
        new("unknown-rule-match", Severity.Warning, "A rule uses a match or a target that the program does not know; what depends on it is uncertain."),
    ];

    public IEnumerable<DumpRemark> Find(DumpNetwork dumps) => dumps.Problems.Select(p => new DumpRemark(p, Folder(p.Location.File), []));

    private static string Folder(string file) => file.LastIndexOf('/') is var slash and > 0 ? file[..slash] : "";
}
