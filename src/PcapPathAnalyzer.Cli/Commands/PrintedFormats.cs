using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Reports;
using PcapPathAnalyzer.Reports.Html;
using PcapPathAnalyzer.Reports.Markdown;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary>What <c>analyze</c> can print to standard output, one at a time.</summary>
internal static class PrintedFormats
{
    private static readonly (string Name, Action<AnalysisResult> Print)[] All =
    [
        ("text", static result => Terminal.Write(new TextReport(new TextStyle(Terminal.HasColour)).Lines(result))),
        ("problems", static result => Terminal.Print(writer => ProblemsReport.Write(result, writer))),
        ("json", static result => JsonReport.Write(result, Console.OpenStandardOutput())),
        ("sarif", static result => Terminal.Print(writer => SarifReport.Write(result, writer))),
        ("md", static result => Terminal.Print(writer => MarkdownReport.Write(result, writer))),
        ("html", static result => Terminal.Print(writer => HtmlReport.Write(result, writer))),
    ];

    public static string Names => string.Join(',', All.Select(f => f.Name));

    /// <summary>The printer of a format; null for a name that is none.</summary>
    public static Action<AnalysisResult>? Find(string name) => All.FirstOrDefault(f => f.Name == name).Print;
}
