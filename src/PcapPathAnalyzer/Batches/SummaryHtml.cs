using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Reports;
using PcapPathAnalyzer.Reports.Html;

namespace PcapPathAnalyzer.Batches;

/// <summary><c>summary.html</c>: one file that needs no network; its rows link to the bundles' own reports beside it.</summary>
internal static class SummaryHtml
{
    public static void Write(BatchSummary summary, string path) => OutputFile.Write(path, w =>
    {
        Head(w, summary);
        Causes(w, summary);
        Bundles(w, summary);
        w.Write($"</main>\n<footer><p>pcappath {ProductVersion.Text}</p></footer>\n<script>{HtmlAssets.SummaryScript}</script>\n</body>\n</html>\n");
    });

    private static void Head(TextWriter w, BatchSummary summary)
    {
        var bad = summary.Bundles.Count(HasError);
        var unread = summary.Bundles.Count(b => b.Status != BundleStatus.Analyzed);
        var headline = bad == 0 ? $"No errors in {FlowText.Count(summary.Bundles.Count, "bundle")}" : $"{bad} of {FlowText.Count(summary.Bundles.Count, "bundle")} with errors";
        w.Write("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        w.Write($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {HtmlAssets.Hash(HtmlAssets.SummaryStyle)}; script-src {HtmlAssets.Hash(HtmlAssets.SummaryScript)}; base-uri 'none'; form-action 'none'\">\n");
        w.Write($"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>{headline}</title>\n<style>{HtmlAssets.SummaryStyle}</style>\n</head>\n");
        w.Write("<body>\n<a class=\"skip\" href=\"#causes\">Skip to the causes</a>\n");
        w.Write($"<header class=\"top {(bad + unread > 0 ? "bad" : "good")}\"><div class=\"bar\"><span class=\"bundle\">Batch</span><nav aria-label=\"Sections\"><a href=\"#causes\">Causes</a><a href=\"#bundles\">Bundles</a></nav><button type=\"button\" id=\"theme\" aria-label=\"Change between light and dark\">◐</button></div>\n");
        w.Write($"<h1>{headline}</h1>\n<ul class=\"numbers\"><li><strong>{summary.Bundles.Count:#,0}</strong> bundles</li><li class=\"{(unread > 0 ? "bad" : "")}\"><strong>{unread:#,0}</strong> not analyzed</li>");
        w.Write($"<li><strong>{summary.Bundles.Sum(b => (long)b.Flows):#,0}</strong> flows</li><li><strong>{summary.Bundles.Sum(b => (long)b.FailedFlows):#,0}</strong> failed</li><li><strong>{summary.Bundles.Sum(b => b.Frames):#,0}</strong> frames</li></ul></header>\n<main>\n");
    }

    private static void Causes(TextWriter w, BatchSummary summary)
    {
        w.Write("<section aria-labelledby=\"causes\"><h2 id=\"causes\">Causes</h2>\n");
        if (summary.Causes.Count == 0)
        {
            w.Write("<p>Nothing was found.</p></section>\n");
            return;
        }

        var trend = summary.Periods.Count > 1;
        w.Write($"<div class=\"card scroll\" tabindex=\"0\"><table class=\"causes\"><thead><tr><th scope=\"col\">Cause</th><th scope=\"col\">Severity</th><th scope=\"col\">Bundles</th><th scope=\"col\" class=\"number\">Findings</th><th scope=\"col\" class=\"number\">Flows</th>{(trend ? $"<th scope=\"col\">{summary.Periods[0].Name} to {summary.Periods[^1].Name}</th>" : "")}</tr></thead>\n<tbody>\n");
        foreach (var cause in summary.Causes)
        {
            var severity = cause.Severity.ToString().ToLowerInvariant();
            w.Write($"<tr class=\"{severity}\"><th scope=\"row\"><code>{HtmlText.Of(cause.Code.Code)}</code><p>{HtmlText.Of(cause.Code.Title)}</p></th><td><span class=\"chip-text {severity}\">{severity}</span></td>");
            w.Write($"<td><svg class=\"share\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect width=\"{100.0 * cause.Bundles.Count / summary.Bundles.Count:0.##}\" height=\"8\"/></svg><button type=\"button\" data-code=\"{HtmlText.Of(cause.Code.Code)}\">{cause.Bundles.Count:#,0}</button></td><td class=\"number\">{cause.Findings:#,0}</td><td class=\"number\">{cause.Flows:#,0}</td>");
            if (trend)
                Trend(w, summary, cause.Code.Code);
            w.Write("</tr>\n");
        }

        w.Write("</tbody></table></div></section>\n");
    }

    // A bar per day or month: the share of its bundles that show the cause.
    private static void Trend(TextWriter w, BatchSummary summary, string code)
    {
        const int width = 180;
        const int height = 30;
        var step = (double)width / summary.Periods.Count;
        w.Write($"<td><svg class=\"trend\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{string.Join("; ", summary.Periods.Select(p => $"{p.Name} {p.Causes.GetValueOrDefault(code)} of {p.Bundles}"))}\">");
        for (var i = 0; i < summary.Periods.Count; i++)
        {
            var period = summary.Periods[i];
            var bar = height * (double)period.Causes.GetValueOrDefault(code) / period.Bundles;
            w.Write($"<rect class=\"all\" x=\"{i * step:0.##}\" y=\"0\" width=\"{step * 0.8:0.##}\" height=\"{height}\"/><rect x=\"{i * step:0.##}\" y=\"{height - bar:0.##}\" width=\"{step * 0.8:0.##}\" height=\"{bar:0.##}\"><title>{period.Name}: {period.Causes.GetValueOrDefault(code)} of {period.Bundles}</title></rect>");
        }

        w.Write("</svg></td>");
    }

    private static void Bundles(TextWriter w, BatchSummary summary)
    {
        w.Write("<section aria-labelledby=\"bundles\"><h2 id=\"bundles\">Bundles</h2>\n<div class=\"tools\"><label>Search<input type=\"search\" id=\"bundle-filter\"></label><label>Cause<select id=\"bundle-cause\"><option value=\"\">any</option>");
        foreach (var cause in summary.Causes)
            w.Write($"<option>{HtmlText.Of(cause.Code.Code)}</option>");
        w.Write("</select></label><span id=\"bundle-count\" role=\"status\"></span></div>\n<div class=\"card scroll\" tabindex=\"0\"><table class=\"bundles\"><thead><tr><th scope=\"col\">Bundle</th><th scope=\"col\">Date</th><th scope=\"col\" class=\"number\">Flows</th><th scope=\"col\" class=\"number\">Failed</th><th scope=\"col\">Worst finding</th></tr></thead>\n<tbody id=\"bundle-rows\">\n");
        foreach (var bundle in summary.Bundles)
            Row(w, bundle);
        w.Write("</tbody></table></div></section>\n");
    }

    private static void Row(TextWriter w, BundleRecord bundle)
    {
        var analyzed = bundle.Status == BundleStatus.Analyzed;
        var name = HtmlText.Of(bundle.Name);
        w.Write($"<tr data-codes=\"{HtmlText.Of(string.Join(' ', bundle.Causes.Select(c => c.Code).Distinct(StringComparer.Ordinal)))}\"><th scope=\"row\">{(analyzed ? $"<a href=\"bundles/{name}/report.html\">{name}</a>" : name)}</th>");
        w.Write($"<td class=\"short\">{bundle.Date?.ToString("O")}</td><td class=\"number\">{(analyzed ? bundle.Flows.ToString("#,0") : "")}</td><td class=\"number\">{(analyzed ? bundle.FailedFlows.ToString("#,0") : "")}</td><td>");
        if (!analyzed)
            w.Write($"<span class=\"chip-text error\">{bundle.Status.ToString().ToLowerInvariant()}</span> {HtmlText.Of(bundle.Error)}");
        else if (bundle.Causes.Count > 0)
        {
            var worst = bundle.Causes[0];
            w.Write($"<span class=\"chip-text {worst.Severity.ToString().ToLowerInvariant()}\">{HtmlText.Of(worst.Code)}</span> {HtmlText.Of(worst.Message)}");
        }

        w.Write("</td></tr>\n");
    }

    private static bool HasError(BundleRecord bundle) => bundle.Status != BundleStatus.Analyzed || bundle.Causes.Any(c => c.Severity == Severity.Error);
}
