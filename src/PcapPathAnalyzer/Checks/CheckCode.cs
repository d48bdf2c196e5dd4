using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Topology;

namespace PcapPathAnalyzer.Checks;

/// <summary>A kind of trouble: its stable name, how bad it is at worst, and what it means. The table in README says the same.</summary>
/// <param name="Name">kebab-case; the same word as the finding's where traffic shows the same cause.</param>
/// <param name="Severity">What it is reported with where nothing speaks against it.</param>
/// <param name="Meaning">One sentence, for the README and for SARIF.</param>
public sealed record CheckCode(string Name, Severity Severity, string Meaning)
{
    /// <summary>A remark of this kind at a line, with this kind's severity.</summary>
    public DumpRemark At(NetworkNamespace ns, SourceLocation at, string message, params IReadOnlyList<SourceLocation> related) =>
        At(ns, at, Severity, message, related);

    /// <summary>A remark of this kind that is less bad, or less certain, than the kind is.</summary>
    public DumpRemark At(NetworkNamespace ns, SourceLocation at, Severity severity, string message, params IReadOnlyList<SourceLocation> related) =>
        new(new Problem(severity, Name, at, message), ns.Name, related);
}
