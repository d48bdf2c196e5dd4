using PcapPathAnalyzer.Batches;
using PcapPathAnalyzer.Reports;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Reports.Browser;

/// <summary><c>summary.html</c> of a batch, as a browser shows it.</summary>
public sealed class SummaryPageTests
{
    private static readonly Lazy<string> Page = new(static () =>
    {
        var output = new BatchFolder(ScratchFolder.Create("summary"));
        var bundles = TestData.BundleNames().Select(TestData.Bundle).Concat(((string[])["hairpin", "mtu-blackhole", "no-route", "clock-skew"]).Select(static n => Path.Combine(TestData.Folder, "bundles-findings", n, "bundle")).Where(Directory.Exists));
        new BatchSummary(BatchRunner.Run(BatchItem.List(bundles), output, new BatchOptions { Output = new ReportSet { Reports = [] } })).Write(output, BatchShard.Whole);
        return Path.Combine(output.Root, "summary.html");
    });

    [Test]
    public async Task It_shows_shares_and_filters_bundles_without_an_error_or_a_request([Values("light", "dark")] string scheme)
    {
        await using var page = await Chromium.OpenFileAsync(Page.Value, scheme, ".causes tbody tr");
        await page.KeepPictureAsync($"summary-{scheme}");
        var bundles = await page.AskAsync<int>("document.querySelectorAll('#bundle-rows tr').length");
        var first = await page.AskAsync<int>("Number(document.querySelector('.causes button').textContent)");
        // The bar is as long as the share is, and the rest of it has another colour.
        var shown = await page.AskAsync<double>("(() => { const s = document.querySelector('.causes .share'); return s.querySelector('rect').getBoundingClientRect().width / s.getBoundingClientRect().width; })()");
        Assert.That(shown, Is.EqualTo((double)first / bundles).Within(0.02));
        Assert.That(await page.AskAsync<bool>("document.querySelectorAll('.trend').length > 0 && [...document.querySelectorAll('.trend')].every((t) => getComputedStyle(t.querySelector('rect.all')).fill !== getComputedStyle(t.querySelector('rect:not(.all)')).fill)"), Is.True);
        await page.ClickAsync(".causes button");
        await page.WaitAsync($"[...document.querySelectorAll('#bundle-rows tr')].filter((r) => !r.hidden).length === {first}");
        Assert.That(await page.AskAsync<string>("getComputedStyle(document.documentElement).colorScheme"), Is.EqualTo(scheme));
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Axe_finds_no_serious_fault([Values("light", "dark")] string scheme)
    {
        await using var page = await Chromium.OpenFileAsync(Page.Value, scheme, ".causes tbody tr");
        Assert.That(await page.AccessibilityFaultsAsync(), Is.Empty);
    }
}
