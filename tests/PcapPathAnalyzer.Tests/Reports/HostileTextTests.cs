using System.Text.RegularExpressions;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Microsoft.VisualBasic.FileIO;
using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Capture;
using PcapPathAnalyzer.Checks;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Reports;
using PcapPathAnalyzer.Reports.Html;
using PcapPathAnalyzer.Reports.Markdown;
using PcapPathAnalyzer.Reports.Tracing;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Reports;

/// <summary>What a bundle's files are called and what their rules say cannot act in any output, nor mislead who reads it.</summary>
public sealed partial class HostileTextTests
{
    private static readonly Lazy<AnalysisResult> Analyzed = new(static () => PathAnalyzer.Analyze(BundleReader.Read(HostileBundle.Path)));

    private static AnalysisResult Result => Analyzed.Value;

    [Test]
    public void The_drop_is_found_and_cited_all_the_same()
    {
        var finding = Result.Findings.Single(f => f.Code == "dropped-by-rule");
        Assert.That(finding.Namespace, Is.EqualTo(HostileBundle.Node));
        Assert.That(finding.Citation!.Text, Does.Contain("<script>pwned()</script>").And.Contain("\u202e"));
    }

    [TestCase("text")]
    [TestCase("problems")]
    [TestCase("check")]
    [TestCase("trace")]
    [TestCase("explain")]
    [TestCase("inspect-bundle")]
    public void Terminal_output_holds_no_control_character_and_no_mark_that_reorders_text(string output)
    {
        var text = Terminal(output);
        Assert.That(text, Does.Contain(output == "check" ? "endless" : "onerror"));
        Assert.That(text.Where(c => c != '\n' && (char.IsControl(c) || Misleads(c))).Select(c => $"U+{(int)c:X4}").Distinct(), Is.Empty);
        Assert.That(text.Split('\n').Select(l => l.Length).Max(), Is.LessThan(20_000));
        Assert.That(text, Has.Length.LessThan(300_000));
    }

    [Test]
    public void A_line_of_problems_names_the_file_that_it_is_about_and_no_other()
    {
        var findings = Terminal("problems").TrimEnd().Split('\n');
        Assert.That(findings.Select(l => ProblemLine().Match(l).Groups["code"].Value), Has.None.EqualTo("fake"));
        Assert.That(findings, Has.Length.EqualTo(Result.Findings.Count));
        Assert.That(Terminal("check").TrimEnd().Split('\n').Select(l => ProblemLine().Match(l).Groups["code"].Value), Has.None.EqualTo("fake").And.None.Empty);
    }

    [Test]
    public void The_page_has_no_element_that_it_was_not_given()
    {
        var html = Write(w => HtmlReport.Write(Result, w));
        Assert.That(Regex.Matches(html, "<script", RegexOptions.IgnoreCase), Has.Count.EqualTo(2));
        Assert.That(html, Does.Contain("&lt;script&gt;pwned()"));
        Assert.That(Regex.Matches(html, "<(img|iframe|object|embed|link|base|form)", RegexOptions.IgnoreCase), Is.Empty);
        Assert.That(html.Where(Misleads), Is.Empty);
        Assert.That(html, Has.Length.LessThan(1_000_000));
    }

    [Test]
    public void Markdown_holds_no_markup_and_no_link_from_the_bundle_and_its_tables_keep_their_columns()
    {
        var markdown = Write(w => MarkdownReport.Write(Result, w));
        var document = Markdown.Parse(markdown, new MarkdownPipelineBuilder().UsePipeTables().UseAutoLinks().UseEmphasisExtras().Build());
        var parts = document.Descendants().ToList();
        Assert.That(parts.OfType<LinkInline>().Select(l => l.Url), Is.Empty);
        Assert.That(parts.OfType<AutolinkInline>().Select(l => l.Url), Is.SubsetOf(FindingCode.All.Select(c => c.Reference.ToString())), "the program's own");
        Assert.That(parts.OfType<HtmlBlock>().Select(b => b.Lines.ToString()), Is.Empty);
        Assert.That(parts.OfType<HtmlInline>().Select(h => h.Tag), Has.All.EqualTo("<!-- -->"));
        Assert.That(parts.OfType<Markdig.Extensions.Tables.Table>(), Is.Not.Empty);
        foreach (var table in parts.OfType<Markdig.Extensions.Tables.Table>())
            Assert.That(table.Cast<Markdig.Extensions.Tables.TableRow>().Select(r => r.Count), Has.All.EqualTo(table.ColumnDefinitions.Count(c => c is not null)).Or.All.EqualTo(((Markdig.Extensions.Tables.TableRow)table[0]).Count));
        Assert.That(markdown.Where(c => c != '\n' && (char.IsControl(c) || Misleads(c))), Is.Empty);
        Assert.That(parts.OfType<LiteralInline>().Select(l => l.Content.ToString()), Has.None.Match("[@#][a-z0-9]"));
    }

    [Test]
    public void A_diagram_consists_of_nothing_but_its_own_statements()
    {
        var blocks = Markdown.Parse(Write(w => MarkdownReport.Write(Result, w))).Descendants<FencedCodeBlock>().Where(b => b.Info == "mermaid").ToList();
        Assert.That(blocks, Is.Not.Empty);
        foreach (var line in blocks.SelectMany(b => b.Lines.Lines.Take(b.Lines.Count)).Select(l => l.ToString()))
            Assert.That(MermaidStatement().IsMatch(line), line);
    }

    [Test]
    public void No_cell_of_a_table_is_a_formula()
    {
        var folder = ScratchFolder.Create("csv");
        new CsvReport().Write(Result, folder);
        foreach (var file in Directory.GetFiles(folder, "*.csv"))
        {
            using var parser = new TextFieldParser(file) { TextFieldType = FieldType.Delimited, HasFieldsEnclosedInQuotes = true, TrimWhiteSpace = false };
            parser.SetDelimiters(",");
            var columns = parser.ReadFields()!.Length;
            while (parser.ReadFields() is { } cells)
            {
                Assert.That(cells, Has.Length.EqualTo(columns), file);
                Assert.That(cells.Where(c => c.Length > 0 && "=+-@\t\r".Contains(c[0]) && !c.StartsWith("-A ", StringComparison.Ordinal) && !long.TryParse(c, out _)), Is.Empty, file);
                Assert.That(cells.Where(c => c.StartsWith("-A ", StringComparison.Ordinal) && c.Contains('|')), Is.Empty, file);
            }
        }
    }

    [Test]
    public void JSON_and_SARIF_stay_what_they_are()
    {
        var analysis = JObject.Parse(Json());
        Assert.That(analysis["namespaces"]!.Select(n => (string?)n["name"]), Does.Contain(HostileBundle.Node));
        var sarif = Write(w => SarifReport.Write(Result, w));
        var uris = JObject.Parse(sarif).SelectTokens("$..uri").Select(u => (string)u!).ToList();
        Assert.That(uris, Is.Not.Empty);
        Assert.That(uris.Where(u => !Uri.IsWellFormedUriString(u, UriKind.Relative)), Is.Empty);
        Assert.That(sarif.Where(c => c is not ('\n' or '\r') && (char.IsControl(c) || Misleads(c))), Is.Empty);
        Assert.That(sarif, Has.Length.LessThan(300_000));
    }

    [Test]
    public void Comments_in_an_exported_capture_are_plain_text()
    {
        using var memory = new MemoryStream();
        new FlowExport(Result).Write([.. Result.Flows], memory);
        using var reader = CaptureReader.Open(new MemoryStream(memory.ToArray()), "export");
        while (reader.TryRead(out _))
        {
        }

        var texts = reader.Comments.Select(c => c.Text).Concat(reader.Interfaces.Select(i => i.Name!)).ToList();
        Assert.That(texts, Has.Some.Contains("onerror"));
        Assert.That(texts.SelectMany(t => t).Where(c => char.IsControl(c) || Misleads(c)), Is.Empty);
    }

    private static string Json()
    {
        using var memory = new MemoryStream();
        JsonReport.Write(Result, memory);
        return System.Text.Encoding.UTF8.GetString(memory.ToArray());
    }

    private static string Terminal(string output)
    {
        var style = new TextStyle(false);
        return output switch
        {
            "text" => Join(new TextReport(style).Lines(Result)),
            "problems" => Write(w => ProblemsReport.Write(Result, w)),
            "check" => Write(w => CheckReport.WriteText(DumpChecks.Run(Result.Network, Result.Bundle.Problems), w)),
            "trace" => Join(Result.Findings.Single(f => f.Code == "dropped-by-rule").Flows.SelectMany(f => new TraceText(style).Lines(Result, Trace.OfFlow(Result, f)))),
            "explain" => Join(ExplainText.Lines(Walk.Run(Result.Network, new Question { From = "10.244.0.5", To = "10.96.12.34:80" }.Ask(Result.Network, out _)!), style)),
            _ => Join(InspectionText.Lines(BundleInspector.Inspect(Result.Bundle))),
        };
    }

    private static string Join(IEnumerable<string> lines) => string.Join('\n', lines);

    private static string Write(Action<TextWriter> write)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        write(writer);
        return writer.ToString();
    }

    // Unicode's bidirectional controls and characters without width (UTR 36).
    private static bool Misleads(char c) => c is >= '\u200b' and <= '\u200f' or >= '\u202a' and <= '\u202e' or >= '\u2060' and <= '\u2069' or '\ufeff';

    [GeneratedRegex(@"^(?:(?<file>.+?):(?<line>\d+):(?<column>\d+): )?(?<severity>info|warning|error) (?<code>[a-z0-9-]+): ")]
    private static partial Regex ProblemLine();

    [GeneratedRegex("""
        ^(?:flowchart\ TB|sequenceDiagram|\s+end
        |\s+subgraph\ n\d+\["(?<t>(?:[\p{L}\p{N} .:/\-_,+=>µ→…]|\#\d+;)*)"\]
        |\s+i\d+(?:\[\["|\(\["|\[")(?:[\p{L}\p{N} .:/\-_,+=>µ→…]|\#\d+;)*(?:"\]\]|"\]\)|"\])(?::::captured)?
        |\s+i\d+\ (?:---|-\.-|===)\ i\d+
        |\s+classDef\ captured\ stroke-width:3px
        |\s+participant\ p\d+\ as\ (?:[\p{L}\p{N} .:/\-_,+=>µ→…]|\#\d+;)+
        |\s+Note\ over\ p\d+:\ (?:[\p{L}\p{N} .:/\-_,+=>µ→…]|\#\d+;)+
        |\s+p\d+--?>>p\d+:\ (?:[\p{L}\p{N} .:/\-_,+=>µ→…]|\#\d+;)+)$
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex MermaidStatement();
}
