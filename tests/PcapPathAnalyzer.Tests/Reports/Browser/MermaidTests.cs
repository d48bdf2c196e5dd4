using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Reports;
using PcapPathAnalyzer.Reports.Markdown;
using PcapPathAnalyzer.Tests.Support;
using PuppeteerSharp;

namespace PcapPathAnalyzer.Tests.Reports.Browser;

/// <summary>Mermaid reads and draws every diagram (<c>.ci/run</c> fetches it; skipped where it is missing, then the diagrams' grammar is checked elsewhere).</summary>
public sealed class MermaidTests
{
    private static readonly string Library = Path.Combine(TestData.Root, "artifacts", "mermaid", "package", "dist", "mermaid.min.js");

    private IPage page = null!;

    [OneTimeSetUp]
    public async Task OpenAsync()
    {
        if (!File.Exists(Library))
            Assert.Ignore("mermaid is not here: .ci/run fetches it");
        page = await Chromium.NewPageAsync();
        await page.AddScriptTagAsync(new AddTagOptions { Path = Library });
        // As GitHub and VS Code set it.
        await page.EvaluateExpressionAsync("mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' })");
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        if (page is not null)
            await page.DisposeAsync();
    }

    [TestCaseSource(typeof(TestData), nameof(TestData.BundleNames))]
    public async Task The_diagrams_of_a_report_are_drawn(string bundle) => await DrawAsync(Diagrams(Analyses.Of(bundle)));

    [Test]
    public async Task The_diagrams_of_a_hostile_bundle_are_drawn_and_do_nothing()
    {
        var drawn = await DrawAsync(Diagrams(PathAnalyzer.Analyze(BundleReader.Read(HostileBundle.Path))));
        Assert.That(drawn, Has.None.Match("<(script|img|iframe)|onerror=.pwned|href=\"javascript"));
    }

    [TestCase("service", "node-a/pods/client-0", "10.96.12.34:80")]
    [TestCase("nodeport", "client", "192.168.56.11:30080")]
    [TestCase("policy-drop", "node-a/pods/client-0", "10.96.12.34:80")]
    public async Task The_diagram_of_a_walk_is_drawn(string bundle, string from, string to)
    {
        var network = Analyses.Of(bundle).Network;
        var text = string.Join('\n', ExplainMermaid.Lines(Walk.Run(network, new Question { From = from, To = to }.Ask(network, out _)!)));
        await DrawAsync([text]);
    }

    [Test]
    public async Task What_is_no_diagram_is_refused() =>
        Assert.That(await page.EvaluateFunctionAsync<string>("async (text) => { try { await mermaid.parse(text); return ''; } catch (e) { return e.message; } }", "flowchart TB\n  a[\"x\"] --> ]["), Is.Not.Empty);

    private async Task<List<string>> DrawAsync(IReadOnlyList<string> diagrams)
    {
        Assert.That(diagrams, Is.Not.Empty);
        var drawn = new List<string>();
        foreach (var diagram in diagrams)
        {
            var (fault, svg) = await page.EvaluateFunctionAsync<string[]>("async (text, id) => { try { await mermaid.parse(text); return ['', (await mermaid.render(id, text)).svg]; } catch (e) { return [e.message, '']; } }", diagram, $"d{drawn.Count}") is [var f, var s] ? (f, s) : ("no answer", "");
            Assert.That(fault, Is.Empty, diagram);
            Assert.That(svg, Does.StartWith("<svg").And.Not.Contain("Syntax error"));
            drawn.Add(svg);
        }

        return drawn;
    }

    private static List<string> Diagrams(AnalysisResult result)
    {
        var diagrams = new List<string>();
        List<string>? open = null;
        foreach (var line in MarkdownReport.Lines(result))
        {
            if (open is null)
            {
                open = line == "```mermaid" ? [] : null;
            }
            else if (line == "```")
            {
                diagrams.Add(string.Join('\n', open));
                open = null;
            }
            else
            {
                open.Add(line);
            }
        }

        return diagrams;
    }
}
