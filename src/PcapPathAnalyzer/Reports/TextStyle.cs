using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Reports;

/// <summary>How a text output marks what matters: ANSI colours on a terminal, nothing elsewhere (https://no-color.org).</summary>
public sealed class TextStyle(bool colour)
{
    public string Bold(string text) => Wrap("1", text);

    public string Dim(string text) => Wrap("2", text);

    public string Severity(Diagnostics.Severity severity) => severity switch
    {
        Diagnostics.Severity.Error => Wrap("1;31", "error  "),
        Diagnostics.Severity.Warning => Wrap("1;33", "warning"),
        _ => Wrap("36", "info   "),
    };

    public string Good(string text) => Wrap("32", text);

    public string Bad(string text) => Wrap("1;31", text);

    public string Outcome(FlowOutcome outcome) =>
        Wrap(outcome is FlowOutcome.Completed or FlowOutcome.Open ? "32" : "31", Outcomes.Name(outcome).PadRight(10));

    private string Wrap(string code, string text) => colour ? $"\e[{code}m{text}\e[0m" : text;
}
