using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Primitives;
using PcapPathAnalyzer.Topology;
using PcapPathAnalyzer.Topology.Services;

namespace PcapPathAnalyzer.Reports.Html;

/// <summary>Services and their endpoints as the rules of the nodes know them; nodes that agree share a row.</summary>
internal static class ServicesHtml
{
    private const int MaxServices = 500;
    private const int MaxEndpoints = 12;

    public static void Write(TextWriter w, AnalysisResult result)
    {
        var rows = ServiceCatalogue.Of(result.Network).GroupBy(Key).ToList();
        if (rows.Count == 0)
            return;
        w.Write("<section id=\"services\" aria-labelledby=\"services-title\"><h2 id=\"services-title\">Services</h2>\n<div class=\"card scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Services\"><table><thead><tr><th scope=\"col\">Service</th><th scope=\"col\">Address</th><th scope=\"col\">Endpoints</th><th scope=\"col\">Rules</th></tr></thead><tbody>\n");
        foreach (var row in rows.Take(MaxServices))
        {
            var s = row.First();
            w.Write($"<tr><th scope=\"row\">{HtmlText.Of(s.Name ?? "")}</th><td><code>{HtmlText.Of(Address(s))}</code></td><td>");
            if (s.Endpoints.Count == 0)
                w.Write(s.Missing is { } missing ? $"<span class=\"dim\">not dumped: {HtmlText.Of(missing)}</span>" : "<span class=\"bad\">none</span>");
            foreach (var e in s.Endpoints.Take(MaxEndpoints))
            {
                var owner = result.Network.Owner(e.Address)?.Name ?? "not in the bundle";
                w.Write($"<div><code>{HtmlText.Of(FiveTuple.Endpoint(e.Address, e.Port))}</code> <span class=\"dim\">{HtmlText.Of(owner)}</span></div>");
            }

            if (s.Endpoints.Count > MaxEndpoints)
                w.Write($"and {s.Endpoints.Count - MaxEndpoints} more");
            w.Write($"</td><td>{string.Join("<br>", row.Take(6).Select(x => $"<code class=\"dim\">{HtmlText.Of(x.Location.ToString())}</code>"))}{(row.Count() > 6 ? $"<br>and {row.Count() - 6} more" : "")}</td></tr>\n");
        }

        w.Write("</tbody></table></div>\n");
        if (rows.Count > MaxServices)
            w.Write($"<p class=\"calm\">{rows.Count - MaxServices} more are in analysis.json.</p>\n");
        w.Write("</section>\n");
    }

    private static string Address(ServiceEntry s) => $"{s.Protocol.Keyword()} {(s.Address is { } a ? FiveTuple.Endpoint(a, s.Port) : $"node port {s.Port}")}";

    private static string Key(ServiceEntry s) => $"{s.Name} {Address(s)} {string.Join(' ', s.Endpoints.Select(e => $"{e.Address}:{e.Port}").Order(StringComparer.Ordinal))}";
}
