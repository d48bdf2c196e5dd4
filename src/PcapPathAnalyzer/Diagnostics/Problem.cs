namespace PcapPathAnalyzer.Diagnostics;

/// <summary>
/// Something about the input that a reader could not take as it stands. A fault is data: it names its place and costs
/// nothing else its result.
/// </summary>
/// <param name="Code">A stable name, kebab-case: <c>capture-truncated</c>, <c>unknown-rule-match</c>, <c>unreadable-input</c>, ...</param>
public sealed record Problem(Severity Severity, string Code, SourceLocation Location, string Message)
{
    /// <summary><c>file:line:col: severity code: message</c>, the form that problem matchers read.</summary>
    public override string ToString() =>
        $"{Location.File}:{Math.Max(1, Location.Line)}:{Math.Max(1, Location.Column)}: {Severity.ToString().ToLowerInvariant()} {Code}: {Message}";
}
