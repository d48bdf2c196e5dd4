using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Reports.Html;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Reports.Browser;

public sealed class HtmlReportTests
{
    private static readonly string[] Bundles = ["policy-drop", "nodeport", "service"];

    [Test]
    public async Task Map_ladder_and_finding_lead_to_each_other_without_an_error_or_a_request([ValueSource(nameof(Bundles))] string bundle, [Values("light", "dark")] string scheme)
    {
        await using var page = await Chromium.OpenAsync(Analyses.Of(bundle), scheme);
        await page.KeepPictureAsync($"{bundle}-{scheme}");
        var all = Analyses.Of(bundle).Flows.Count;
        Assert.That(await page.AskAsync<int>("document.querySelectorAll('#flow-table tbody tr').length"), Is.EqualTo(all));
        Assert.That(await page.AskAsync<int>("document.querySelectorAll('#map-way path.way').length"), Is.Positive);

        await page.ClickAsync("#map .chip.captured.tunnel");
        Assert.That(await page.AskAsync<int>("document.querySelectorAll('#flow-table tbody tr').length"), Is.Positive.And.LessThan(all));
        await page.ClickAsync("#flow-table tbody tr:last-child td:nth-child(4)");
        await page.WaitAsync("document.querySelector('#flow-table tr.chosen') === document.querySelector('#flow-table tbody tr:last-child')");
        Assert.That(await page.TextAsync("#flow-head h3"), Is.EqualTo((await page.AskAsync<string>("location.hash"))[1..]));

        await page.WaitAsync("document.querySelector('.ladder .one')");
        var height = await page.AskAsync<double>("document.querySelector('.ladder').getBoundingClientRect().height");
        await page.ClickAsync(".ladder-tools button[aria-label='Zoom in']");
        Assert.That(await page.AskAsync<double>("document.querySelector('.ladder').getBoundingClientRect().height"), Is.GreaterThan(height));
        await page.ClickAsync(".ladder-box");
        await page.PressAsync("ArrowDown");
        Assert.That(await page.TextAsync(".said"), Does.Match(@"\.pcap#\d+\.$"));
        Assert.That(await page.AskAsync<string>("getComputedStyle(document.documentElement).colorScheme"), Is.EqualTo(scheme));
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task The_first_screen_says_what_failed_where_and_by_which_line()
    {
        await using var page = await Chromium.OpenAsync(Analyses.Of("policy-drop"));
        const string shown = "[...document.querySelectorAll('h1, .finding:first-of-type h3, .finding mark')].filter((e) => e.getBoundingClientRect().bottom < innerHeight).map((e) => e.textContent).join('\\n')";
        var text = await page.AskAsync<string>(shown);
        Assert.That(text, Does.Contain("A rule drops the packets in node-b").And.Contain("-A POLICY").And.Contain("-j DROP"));
        await page.ClickAsync(".finding .facts a");
        await page.WaitAsync("document.querySelector('#flow-head h3').textContent === 'f4'");
        Assert.That(await page.TextAsync("#flow-detail .end.lost"), Is.EqualTo("Last seen at node-b:flannel.1."));
        Assert.That(await page.AskAsync<int>("document.querySelectorAll('#map-way .lost').length"), Is.EqualTo(1));
        await page.ClickAsync("#flow-head a[href='#finding-1']");
        await page.WaitAsync("Math.abs(document.getElementById('finding-1').getBoundingClientRect().top) < innerHeight");
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task A_flow_has_an_address_of_its_own_and_the_keyboard_goes_everywhere()
    {
        await using var page = await Chromium.OpenAsync(Analyses.Of("policy-drop"), anchor: "#f2");
        Assert.That(await page.TextAsync("#flow-head h3"), Is.EqualTo("f2"));
        await page.PressAsync("n");
        await page.WaitAsync("document.querySelector('#flow-head h3').textContent !== 'f2'");
        await page.PressAsync("/");
        await page.TypeAsync("#search", "unanswered");
        await page.WaitAsync("document.querySelectorAll('#flow-table tbody tr').length === 2");
        const string chosen = "document.querySelector('#flow-head h3').textContent";
        await page.AskAsync<object>("document.querySelector('#flow-table tbody a').focus()");
        await page.PressAsync("Enter");
        await page.WaitAsync($"{chosen} === 'f4'");
        await page.AskAsync<object>("document.querySelector('#map .chip.captured').focus()");
        await page.PressAsync("Enter");
        Assert.That(await page.TextAsync("#matches"), Does.Contain("at node-a"));
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Axe_finds_no_serious_fault([ValueSource(nameof(Bundles))] string bundle, [Values("light", "dark")] string scheme)
    {
        await using var page = await Chromium.OpenAsync(Analyses.Of(bundle), scheme);
        await page.WaitAsync("document.querySelector('.ladder .one')");
        await page.ClickAsync("#flow-detail > .card > details summary");
        await page.WaitAsync("document.querySelector('.packets')");
        Assert.That(await page.AccessibilityFaultsAsync(), Is.Empty);
    }

    [Test]
    public async Task A_narrow_screen_scrolls_parts_and_never_the_page_sideways()
    {
        await using var page = await Chromium.OpenAsync(Analyses.Of("policy-drop"), width: 390);
        await page.WaitAsync("document.querySelector('.ladder .one')");
        await page.KeepPictureAsync("policy-drop-narrow");
        Assert.That(await page.AskAsync<int>("document.documentElement.scrollWidth"), Is.LessThanOrEqualTo(390));
    }

    [Test]
    public async Task It_prints_with_everything_unfolded()
    {
        await using var page = await Chromium.OpenAsync(Analyses.Of("policy-drop"));
        await page.AskAsync<object>("addEventListener('beforeprint', () => { window.unfolded = document.querySelectorAll('details:not([open])').length; })");
        Assert.That(await page.PrintAsync(), Has.Length.GreaterThan(10_000));
        Assert.That(await page.AskAsync<int>("window.unfolded"), Is.Zero);
        Assert.That(await page.AskAsync<int>("document.querySelectorAll('details:not([open])').length"), Is.Positive);
    }

    [Test]
    public async Task Hostile_text_stays_text()
    {
        var result = PathAnalyzer.Analyze(BundleReader.Read(HostileBundle.Path));
        await using var page = await Chromium.OpenAsync(result);
        await page.KeepPictureAsync("hostile");
        Assert.That(await page.TextAsync("#findings"), Does.Contain("<script>pwned()</script>"));
        Assert.That(await page.AskAsync<int>("document.querySelectorAll('img, iframe, svg [onload], a[href^=javascript]').length"), Is.Zero);
        Assert.That(await page.AskAsync<int>("document.documentElement.scrollWidth"), Is.LessThanOrEqualTo(1400));
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public void A_hundred_thousand_flows_make_a_page_below_five_megabytes()
    {
        using var writer = new StringWriter();
        HtmlReport.Write(ManyFlows.Result, writer);
        TestContext.Out.WriteLine($"{writer.GetStringBuilder().Length / 1e6:0.00} MB");
        Assert.That(System.Text.Encoding.UTF8.GetByteCount(writer.ToString()), Is.LessThan(5_000_000));
    }

    [Test]
    public async Task Each_of_a_hundred_thousand_flows_can_be_found_the_failed_ones_first()
    {
        var result = ManyFlows.Result;
        await using var page = await Chromium.OpenAsync(result);
        await page.KeepPictureAsync("many");
        Assert.That(await page.TextAsync("#matches"), Does.StartWith("100,000 flows"));
        Assert.That(await page.AskAsync<int>("document.querySelectorAll('#flow-table tbody tr').length"), Is.EqualTo(50));
        Assert.That(await page.AskAsync<int>("document.querySelectorAll('#flow-table tbody .failed').length"), Is.EqualTo(50));
        var flow = result.Flows[77_777];
        await page.TypeAsync("#search", $"{flow.Requested.Source}:{flow.Requested.SourcePort}");
        await page.WaitAsync("document.querySelectorAll('#flow-table tbody tr').length === 1");
        await page.ClickAsync("#flow-table tbody a");
        await page.WaitAsync($"document.querySelector('#flow-head h3').textContent === '{flow.Id}'");
        Assert.That(page.Faults, Is.Empty);
    }
}
