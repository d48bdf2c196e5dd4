using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology.Services;

namespace PcapPathAnalyzer.Reports.Html;

/// <summary>Services and their endpoints as each node knows them; nodes that agree share a row, and those that do not stand below each other.</summary>
internal static class ServicesHtml
{
    private const int MaxFronts = 500;
    private const int MaxEndpoints = 12;
    private const int MaxNodes = 6;

    public static void Write(TextWriter w, AnalysisResult result)
    {
        var fronts = ServiceCatalogue.Fronts(result.Network);
        if (fronts.Count == 0)
            return;
        w.Write("<section id=\"services\" aria-labelledby=\"services-title\"><h2 id=\"services-title\">Services</h2>\n<div class=\"card scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Services\"><table class=\"services\"><thead><tr><th scope=\"col\">Service</th><th scope=\"col\">Asked for by</th><th scope=\"col\">Endpoints</th><th scope=\"col\">As known by</th></tr></thead>\n");
        foreach (var service in fronts.Take(MaxFronts).GroupBy(static f => f.Name ?? Asked(f.First)))
        {
            // A service's name heads its addresses and node ports.
            w.Write("<tbody>");
            var rows = service.SelectMany(static f => f.Views.Select((view, i) => (Front: f, View: view, Index: i))).ToList();
            for (var i = 0; i < rows.Count; i++)
            {
                w.Write("<tr>");
                if (i == 0)
                    w.Write($"<th scope=\"rowgroup\" rowspan=\"{rows.Count}\">{HtmlText.Of(rows[0].Front.Name ?? "")}</th>");
                if (rows[i].Index == 0)
                    w.Write($"<td rowspan=\"{rows[i].Front.Views.Count}\"><code>{HtmlText.Of(Asked(rows[i].Front.First))}</code><div class=\"dim\">{rows[i].Front.First.Kind.Name()}</div>{Remark(rows[i].Front)}</td>");
                View(w, result, rows[i].View);
                w.Write("</tr>\n");
            }

            w.Write("</tbody>\n");
        }

        w.Write("</table></div>\n");
        if (fronts.Count > MaxFronts)
            w.Write($"<p class=\"calm\">{fronts.Count - MaxFronts} more are in analysis.json.</p>\n");
        w.Write("</section>\n");
    }

    private static void View(TextWriter w, AnalysisResult result, IReadOnlyList<ServiceEntry> view)
    {
        var s = view[0];
        w.Write("<td>");
        if (s.Missing is { } missing)
            w.Write($"<span class=\"dim\">not dumped: {HtmlText.Of(missing)}</span>");
        else if (s.Endpoints.Count == 0)
            w.Write("<span class=\"chip-text error\">none</span>");
        foreach (var e in s.Endpoints.Take(MaxEndpoints))
        {
            var owner = result.Network.Owner(e.Address)?.Name ?? "not in the bundle";
            w.Write($"<div><code>{HtmlText.Of(FiveTuple.Endpoint(e.Address, e.Port == 0 ? s.Port : e.Port))}</code> <span class=\"dim\">{HtmlText.Of(owner)}</span></div>");
        }

        if (s.Endpoints.Count > MaxEndpoints)
            w.Write($"and {s.Endpoints.Count - MaxEndpoints} more");
        w.Write("</td><td>");
        foreach (var entry in view.Take(MaxNodes))
            w.Write($"<div>{HtmlText.Of(entry.Namespace.Name)} <code class=\"dim\">{HtmlText.Of(entry.Location.ToString())}</code></div>");
        w.Write(view.Count > MaxNodes ? $"and {view.Count - MaxNodes} more</td>" : "</td>");
    }

    private static string Remark(ServiceFront front)
    {
        var unknown = front.UnknownTo.Count == 0 ? "" : $"<div><span class=\"chip-text error\">unknown to {HtmlText.Of(string.Join(", ", front.UnknownTo.Select(static n => n.Name)))}</span></div>";
        var differs = front.Views.Count(static v => v[0].Missing is null) <= 1 ? ""
            : front.First.IsOfOneNode ? "<div class=\"dim\">each node sends to its own endpoints only</div>"
            : "<div><span class=\"chip-text warning\">nodes disagree</span></div>";
        return unknown + differs;
    }

    private static string Asked(ServiceEntry s) => $"{s.Protocol.Keyword()} {(s.Address is { } a ? FiveTuple.Endpoint(a, s.Port) : $"port {s.Port}")}";
}
