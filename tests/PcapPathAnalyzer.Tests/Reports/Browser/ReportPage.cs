using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using PuppeteerSharp;
using PuppeteerSharp.Media;

namespace PcapPathAnalyzer.Tests.Reports.Browser;

/// <summary>A report in a browser, and what went wrong there.</summary>
internal sealed class ReportPage(IPage page) : IAsyncDisposable
{
    private const string AxeRun = """
        async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
            .filter((v) => v.impact === "serious" || v.impact === "critical")
            .flatMap((v) => v.nodes.slice(0, 4).map((n) => `${v.id}: ${n.target.join(" ")}: ${n.failureSummary}`))
        """;

    private readonly ConcurrentQueue<string> faults = [];

    /// <summary>Errors on the console, exceptions, dialogs, and requests for anything but the page.</summary>
    public IReadOnlyList<string> Faults => [.. faults];

    public static async Task<ReportPage> OpenAsync(IPage page, string file, string scheme, int width, string anchor, string ready = "#flow-head h3")
    {
        var report = new ReportPage(page);
        var url = new Uri(file).AbsoluteUri;
        page.DefaultTimeout = 120_000;
        page.Console += (_, e) =>
        {
            if (e.Message.Type is ConsoleType.Error or ConsoleType.Warning)
                report.faults.Enqueue($"console: {e.Message.Text}");
        };
        page.PageError += (_, e) => report.faults.Enqueue($"exception: {e.Message}");
        page.Dialog += (_, e) => report.faults.Enqueue($"dialog: {e.Dialog.Message}");
        page.Request += (_, e) =>
        {
            if (!e.Request.Url.StartsWith(url, StringComparison.Ordinal))
                report.faults.Enqueue($"request: {e.Request.Url}");
        };
        await page.SetViewportAsync(new ViewPortOptions { Width = width, Height = 900 });
        await page.EmulateMediaFeaturesAsync([new MediaFeatureValue { MediaFeature = MediaFeature.PrefersColorScheme, Value = scheme }]);
        await page.GoToAsync(url + anchor);
        await page.WaitForSelectorAsync(ready);
        return report;
    }

    public async Task ClickAsync(string selector)
    {
        await page.WaitForSelectorAsync(selector);
        // As a user does: what is covered by something else is not hit.
        await page.EvaluateFunctionAsync("(s) => document.querySelector(s).scrollIntoView({ block: 'center', behavior: 'instant' })", selector);
        await page.ClickAsync(selector);
    }

    public Task TypeAsync(string selector, string text) => page.TypeAsync(selector, text);

    public Task PressAsync(string key) => page.Keyboard.PressAsync(key);

    public async Task WaitAsync(string condition) => await page.WaitForFunctionAsync($"() => {condition}");

    public Task<T> AskAsync<T>(string expression) => page.EvaluateExpressionAsync<T>(expression);

    public Task<string> TextAsync(string selector) => page.EvaluateFunctionAsync<string>("(s) => document.querySelector(s)?.textContent ?? ''", selector);

    /// <summary>Serious and critical faults that axe-core finds (WCAG 2 and best practices).</summary>
    public async Task<string[]> AccessibilityFaultsAsync()
    {
        await page.EvaluateExpressionAsync(new BundledAxeScriptProvider().GetScript());
        return await page.EvaluateFunctionAsync<string[]>(AxeRun);
    }

    public Task<byte[]> PrintAsync() => page.PdfDataAsync(new PdfOptions { Format = PaperFormat.A4 });

    /// <summary>Keeps a picture of the whole page beside the test's results.</summary>
    public async Task KeepPictureAsync(string name)
    {
        var file = Path.Combine(TestContext.CurrentContext.WorkDirectory, "screenshots", $"{name}.png");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await page.ScreenshotAsync(file, new ScreenshotOptions { FullPage = true });
        TestContext.AddTestAttachment(file, "the report as it looked");
    }

    public async ValueTask DisposeAsync() => await page.DisposeAsync();
}
