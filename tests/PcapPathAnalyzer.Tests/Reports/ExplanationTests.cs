using System.Net;
using System.Text;
using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Reports;
using PcapPathAnalyzer.Reports.Html;
using PcapPathAnalyzer.Reports.Markdown;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Reports;

/// <summary>Whoever reads a finding reads why it comes about, what to check, and where it is documented, in every form that has room for it.</summary>
public sealed class ExplanationTests
{
    private static readonly AnalysisResult Result = Analyses.Of("policy-drop");
    private static readonly List<FindingCode> Kinds = [.. Result.Findings.Select(static f => FindingCode.Of(f.Code)).Distinct()];

    [Test]
    public void The_text_report_says_it_with_the_first_finding_of_a_kind()
    {
        var lines = new TextReport(new TextStyle(false)).Lines(Result).Select(static l => l.Trim()).ToList();
        foreach (var kind in Kinds)
            Assert.That((lines.Count(l => l == $"why {kind.Explanation}"), lines.Contains($"read {kind.Reference}")), Is.EqualTo((1, true)), kind.Code);
    }

    [Test]
    public void The_Markdown_report_says_it_with_the_first_finding_of_a_kind()
    {
        var lines = MarkdownReport.Lines(Result).ToList();
        foreach (var kind in Kinds)
        {
            Assert.That(lines.Count(l => l == $"- why: {MarkdownText.Prose(kind.Explanation)}"), Is.EqualTo(1), kind.Code);
            Assert.That(lines, Does.Contain($"- check: {MarkdownText.Prose(kind.CheckNext)}").And.Contain($"- read: <{kind.Reference}>"));
        }
    }

    [Test]
    public void The_HTML_report_says_it_with_every_finding()
    {
        var writer = new StringWriter();
        HtmlReport.Write(Result, writer);
        var html = WebUtility.HtmlDecode(writer.ToString());
        foreach (var kind in Kinds)
            Assert.That(html, Does.Contain($"<p>{kind.Explanation}</p>").And.Contain(kind.CheckNext).And.Contain($"href=\"{kind.Reference}\""));
    }

    [Test]
    public void The_JSON_report_says_it_with_every_finding()
    {
        using var stream = new MemoryStream();
        JsonReport.Write(Result, stream);
        foreach (var finding in JObject.Parse(Encoding.UTF8.GetString(stream.ToArray()))["findings"]!)
        {
            var kind = FindingCode.Of((string)finding["code"]!);
            Assert.That(((string?)finding["title"], (string?)finding["explanation"], (string?)finding["check_next"], (string?)finding["reference"]), Is.EqualTo((kind.Title, kind.Explanation, kind.CheckNext, kind.Reference.ToString())));
        }
    }
}
