using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Checks;

/// <summary>What a check found: the line that is wrong, and the lines it disagrees with.</summary>
/// <param name="Problem">Where, how bad, and what.</param>
/// <param name="Namespace">The namespace whose dump it is; empty for a file of no namespace.</param>
/// <param name="Related">The other lines the message speaks of; empty where it speaks of none.</param>
public sealed record DumpRemark(Problem Problem, string Namespace, IReadOnlyList<SourceLocation> Related)
{
    /// <summary><c>file:line:col: severity code: message</c>.</summary>
    public override string ToString() => Problem.ToString();
}
