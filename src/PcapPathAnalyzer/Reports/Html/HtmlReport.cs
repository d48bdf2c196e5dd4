using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Diagnostics;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Reports.Html.Data;
using PcapPathAnalyzer.Reports.Html.Map;
using PcapPathAnalyzer.Topology.Services;

namespace PcapPathAnalyzer.Reports.Html;

/// <summary><c>report.html</c>: one file that needs no network, for people; with everything an engineer asks first at the top.</summary>
public sealed class HtmlReport : IReport
{
    public string Format => "html";

    public IReadOnlyList<string> Files => ["report.html"];

    public void Write(AnalysisResult result, string folder) =>
        OutputFile.Write(Path.Combine(folder, "report.html"), writer => Write(result, writer));

    public static void Write(AnalysisResult result, TextWriter w)
    {
        var shown = ShownFlows.Of(result);
        var map = MapLayout.Of(MapModel.Of(result));
        Head(w, result);
        w.Write("<body>\n<a class=\"skip\" href=\"#findings\">Skip to the findings</a>\n");
        Top(w, result);
        w.Write("<main>\n");
        FindingsHtml.Write(w, result);
        Flow(w, map);
        Flows(w, result);
        ServicesHtml.Write(w, result);
        CapturesHtml.Write(w, result);
        w.Write($"</main>\n<footer><p>pcappath {ProductVersion.Text}</p></footer>\n<script type=\"application/gzip\" id=\"data\">");
        PageData.Write(w, result, shown, map);
        w.Write($"</script>\n<script>{HtmlAssets.Script}</script>\n</body>\n</html>\n");
    }

    // The policy allows this page's own script and style and nothing else: no network, and no markup that slipped through runs.
    private static void Head(TextWriter w, AnalysisResult result)
    {
        w.Write("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        w.Write($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {HtmlAssets.Hash(HtmlAssets.Style)}; script-src {HtmlAssets.Hash(HtmlAssets.Script)}; base-uri 'none'; form-action 'none'\">\n");
        w.Write($"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>{HtmlText.Of(result.Bundle.Name)}: {HtmlText.Of(Headline(result))}</title>\n<style>{HtmlAssets.Style}</style>\n</head>\n");
    }

    private static void Top(TextWriter w, AnalysisResult result)
    {
        var failed = result.Flows.Count(f => !f.IsHealthy());
        var errors = result.Findings.Count(f => f.Severity == Severity.Error);
        var warnings = result.Findings.Count(f => f.Severity == Severity.Warning);
        w.Write($"<header class=\"top {(failed + errors > 0 ? "bad" : "good")}\"><div class=\"bar\"><span class=\"bundle\">{HtmlText.Of(result.Bundle.Name)}</span><nav aria-label=\"Sections\"><a href=\"#findings\">Findings</a><a href=\"#flow\">Map</a><a href=\"#flows\">Flows</a>{(ServiceCatalogue.Of(result.Network).Count > 0 ? "<a href=\"#services\">Services</a>" : "")}<a href=\"#captures\">Captures</a></nav><button type=\"button\" id=\"theme\" aria-label=\"Change between light and dark\">◐</button></div>\n");
        w.Write($"<h1>{HtmlText.Of(Headline(result))}</h1>\n<ul class=\"numbers\">");
        Number(w, result.Flows.Count, "flow", "");
        Number(w, failed, "failed", failed > 0 ? "bad" : "", plural: false);
        Number(w, errors, "error", errors > 0 ? "bad" : "");
        Number(w, warnings, "warning", warnings > 0 ? "warn" : "");
        Number(w, result.CapturePoints.Count, "capture point", "");
        Number(w, result.Frames, "frame", "");
        if (result.Flows.Count > 0)
            w.Write($"<li><strong>{Durations.Text(result.Flows.Max(f => f.LastTime.Nanoseconds) - result.Flows[0].FirstTime.Nanoseconds)}</strong> of traffic</li>");
        w.Write("</ul></header>\n");
    }

    /// <summary>One sentence: the worst finding where something failed.</summary>
    internal static string Headline(AnalysisResult result)
    {
        var failed = result.Flows.Count(f => !f.IsHealthy());
        if (result.Findings.Count > 0 && result.Findings[0].Severity == Severity.Error)
        {
            var first = result.Findings[0];
            var title = FindingCode.Of(first.Code).Title;
            return first.Namespace.Length > 0 ? $"{title} in {first.Namespace}" : title;
        }

        if (failed > 0)
            return $"{failed} of {FlowText.Count(result.Flows.Count, "flow")} failed, and no cause was found in the dumps";
        return result.Flows.Count == 0 ? "No flows were captured" : result.Flows.Count == 1 ? "The one flow got through" : $"All {result.Flows.Count} flows got through";
    }

    private static void Number(TextWriter w, long n, string what, string kind, bool plural = true) =>
        w.Write($"<li class=\"{kind}\"><strong>{n:#,0}</strong> {what}{(plural && n != 1 ? "s" : "")}</li>");

    private static void Flow(TextWriter w, MapLayout map)
    {
        w.Write("<section id=\"flow\" aria-labelledby=\"flow-title\"><h2 id=\"flow-title\">Map</h2>\n<div class=\"card map-card\"><div id=\"flow-head\" aria-live=\"polite\"></div><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Map of the network\">\n");
        MapSvg.Write(w, map);
        w.Write("</div>\n<p class=\"legend\" aria-hidden=\"true\"><span class=\"key captured-key\">captured</span><span class=\"key veth-key\">veth</span><span class=\"key port-key\">bridge port</span><span class=\"key tunnel-key\">tunnel</span><span class=\"key forward-key\">forward</span><span class=\"key reply-key\">reply</span></p>");
        if (map.Model.Omitted > 0)
            w.Write($"<p class=\"calm\">{map.Model.Omitted} interfaces without captures are not drawn.</p>");
        w.Write("</div>\n<div id=\"flow-detail\"></div></section>\n");
    }

    private static void Flows(TextWriter w, AnalysisResult result)
    {
        w.Write("<section id=\"flows\" aria-labelledby=\"flows-title\"><h2 id=\"flows-title\">Flows</h2>\n<div class=\"tools\"><label>Search <input id=\"search\" type=\"search\" placeholder=\"address, port, namespace, outcome\" autocomplete=\"off\" spellcheck=\"false\"></label><label>Outcome <select id=\"outcome\"><option value=\"\">all</option>");
        foreach (var group in result.Flows.GroupBy(f => f.Outcome).OrderBy(g => Outcomes.Name(g.Key), StringComparer.Ordinal))
            w.Write($"<option value=\"{Outcomes.Name(group.Key)}\">{Outcomes.Name(group.Key)} ({group.Count()})</option>");
        w.Write("</select></label><output id=\"matches\"></output></div>\n<div class=\"card scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Flows\"><table id=\"flow-table\"><thead><tr></tr></thead><tbody></tbody></table></div><div class=\"pages\" id=\"pages\"></div>\n<noscript><p class=\"calm\">The list of flows and their ways need JavaScript; flows.csv and report.md do not.</p></noscript></section>\n");
    }
}
