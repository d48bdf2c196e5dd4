namespace PcapPathAnalyzer.Reports;

/// <summary>All formats that <c>analyze --out</c> writes.</summary>
public static class ReportFormats
{
    /// <summary>A new format is a new file and a line here.</summary>
    public static IReadOnlyList<IReport> All { get; } =
    [
        new JsonReport(),
        new CsvReport(),
        new SarifReport(),
        new Markdown.MarkdownReport(),
        new Html.HtmlReport(),
    ];
}
