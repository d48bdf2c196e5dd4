using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Reports.Html.Data;
using PcapPathAnalyzer.Stitching;
using PcapPathAnalyzer.Stitching.Observing;

namespace PcapPathAnalyzer.Reports.Html;

/// <summary>What was captured where and when, and how far the clocks are apart.</summary>
internal static class CapturesHtml
{
    private const int MaxPoints = 300;

    public static void Write(TextWriter w, AnalysisResult result)
    {
        if (result.CapturePoints.Count == 0)
            return;
        var coverage = CaptureCoverage.Of(result);
        w.Write("<section id=\"captures\" aria-labelledby=\"captures-title\"><h2 id=\"captures-title\">Captures</h2>\n<div class=\"card scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Captures\"><table class=\"captures\"><thead><tr><th scope=\"col\">Capture point</th><th scope=\"col\">Packets over time</th><th scope=\"col\" class=\"number\">Frames</th><th scope=\"col\">File</th></tr></thead><tbody>\n");
        foreach (var p in result.CapturePoints.Take(MaxPoints))
        {
            w.Write($"<tr><th scope=\"row\">{HtmlText.Of(p.ToString())}</th><td>");
            Bars(w, p, coverage);
            var dropped = p.Dropped > 0 ? $" <span class=\"bad\">{p.Dropped} dropped</span>" : "";
            w.Write($"</td><td class=\"number\">{p.Frames}{dropped}</td><td><code class=\"dim\">{HtmlText.Of(p.File)}</code>{(p.IsCertain ? "" : $" <span class=\"dim\">by {HtmlText.Of(p.Reason)}</span>")}</td></tr>\n");
        }

        w.Write("</tbody></table>");
        if (coverage is not null)
            w.Write($"<p class=\"axis\">{new Timestamp(coverage.From)} to {new Timestamp(coverage.To)}, {Durations.Text(coverage.To - coverage.From)}, on the reference clock</p>");
        w.Write("</div>\n");
        Clocks(w, result);
        w.Write("</section>\n");
    }

    private static void Bars(TextWriter w, CapturePoint p, CaptureCoverage? coverage)
    {
        if (coverage is null)
            return;
        var counts = coverage.Counts[p.Index];
        var most = Math.Max(1, counts.Max());
        var from = p.Packets == 0 ? "no IP packets" : $"{p.Packets} IP packets, {p.FirstTime} to {p.LastTime}";
        w.Write($"<svg class=\"bars\" viewBox=\"0 0 {CaptureCoverage.Bins * 3} 26\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{HtmlText.Of(from)}\"><path d=\"");
        for (var i = 0; i < counts.Length; i++)
        {
            // The square root shows a lone packet beside thousands.
            var height = counts[i] == 0 ? 0 : 3 + (21 * Math.Sqrt((double)counts[i] / most));
            if (height > 0)
                w.Write($"M{i * 3} 26v-{height:0.#}h2v{height:0.#}z");
        }

        w.Write("\"/></svg>");
    }

    private static void Clocks(TextWriter w, AnalysisResult result)
    {
        var clocks = result.Clocks.Estimates.Where(c => c.Packets > 0).ToList();
        if (clocks.Count == 0)
            return;
        w.Write("<h3>Clocks</h3><div class=\"card scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Clocks\"><table><thead><tr><th scope=\"col\">Node</th><th scope=\"col\" class=\"number\">Ahead by</th><th scope=\"col\" class=\"number\">Uncertainty</th><th scope=\"col\">Found from</th></tr></thead><tbody>\n");
        foreach (var c in clocks)
            w.Write($"<tr><th scope=\"row\">{HtmlText.Of(c.Name)}</th><td class=\"number\">{Durations.Text(c.Offset, signed: true)}</td><td class=\"number\">{(c.Uncertainty is { } u ? $"± {Durations.Text(u)}" : "not known")}{c.DriftText("; ")}</td><td>{HtmlText.Of(c.Basis)}, {c.Packets} packets</td></tr>\n");
        w.Write("</tbody></table></div>\n");
    }
}
