using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Reports.Html;
using PcapPathAnalyzer.Tests.Support;
using PuppeteerSharp;

namespace PcapPathAnalyzer.Tests.Reports.Browser;

/// <summary>
/// One browser for all tests in this folder; they are skipped where it is not installed. PuppeteerSharp speaks the browser's own
/// protocol from .NET alone; Playwright's package brings five Node.js runtimes, 214 MB that every clone would fetch.
/// </summary>
[SetUpFixture]
public sealed class Chromium
{
    private static readonly string[] Programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private static IBrowser? browser;

    [OneTimeSetUp]
    public static async Task StartAsync()
    {
        if (Programs.FirstOrDefault(File.Exists) is { } program)
            browser = await Puppeteer.LaunchAsync(new LaunchOptions { ExecutablePath = program, Headless = true, Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"], Timeout = 120_000, ProtocolTimeout = 120_000 });
    }

    [OneTimeTearDown]
    public static async Task StopAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
    }

    /// <summary>An empty page.</summary>
    internal static async Task<IPage> NewPageAsync()
    {
        if (browser is null)
            Assert.Ignore("chromium is not installed");
        return await browser!.NewPageAsync();
    }

    /// <summary>Opens another page of the program's.</summary>
    /// <param name="ready">A selector of what is there once the page is.</param>
    internal static async Task<ReportPage> OpenFileAsync(string file, string scheme, string ready) => await ReportPage.OpenAsync(await NewPageAsync(), file, scheme, 1400, "", ready);

    /// <summary>Opens a result's report in a page of its own.</summary>
    internal static async Task<ReportPage> OpenAsync(AnalysisResult result, string scheme = "light", int width = 1400, string anchor = "")
    {
        if (browser is null)
            Assert.Ignore("chromium is not installed");
        var folder = ScratchFolder.Create("html");
        new HtmlReport().Write(result, folder);
        return await ReportPage.OpenAsync(await browser!.NewPageAsync(), Path.Combine(folder, "report.html"), scheme, width, anchor);
    }
}
