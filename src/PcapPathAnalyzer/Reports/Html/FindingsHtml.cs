using PcapPathAnalyzer.Diagnosis;

namespace PcapPathAnalyzer.Reports.Html;

/// <summary>The findings: what, where, the cited dump lines among their neighbours, the flows and frames that show it, what to do next.</summary>
internal static class FindingsHtml
{
    public const int MaxFindings = 200;
    private const int MaxFlows = 24;

    public static void Write(TextWriter w, AnalysisResult result)
    {
        w.Write("<section id=\"findings\" aria-labelledby=\"findings-title\"><h2 id=\"findings-title\">Findings</h2>\n");
        if (result.Findings.Count == 0)
            w.Write("<p class=\"calm\">Nothing was found that is wrong.</p>\n");
        var excerpts = new DumpExcerpts(result.Bundle);
        var number = 0;
        foreach (var f in result.Findings.Take(MaxFindings))
            Finding(w, f, excerpts, ++number);
        if (result.Findings.Count > MaxFindings)
            w.Write($"<p class=\"calm\">{result.Findings.Count - MaxFindings} more are in findings.csv.</p>\n");
        w.Write("</section>\n");
    }

    private static void Finding(TextWriter w, Finding f, DumpExcerpts excerpts, int number)
    {
        var severity = f.Severity.ToString().ToLowerInvariant();
        w.Write($"<article class=\"card finding {severity}\" id=\"finding-{number}\" aria-labelledby=\"finding-{number}-title\">");
        w.Write($"<h3 id=\"finding-{number}-title\"><span class=\"chip-text {severity}\">{severity}</span> {HtmlText.Of(FindingCode.Of(f.Code).Title)} <code class=\"dim\">{HtmlText.Of(f.Code)}</code></h3>");
        w.Write($"<p>{HtmlText.Of(f.Message)}</p>");
        if (f.Advice.Length > 0)
            w.Write($"<p class=\"next\"><strong>Next:</strong> {HtmlText.Of(f.Advice)}</p>");
        Explained(w, FindingCode.Of(f.Code));
        Cited(w, f, excerpts);
        w.Write("<dl class=\"facts\">");
        if (f.Flows.Count > 0)
        {
            w.Write($"<dt>Flows</dt><dd>{string.Join(' ', f.Flows.Take(MaxFlows).Select(x => $"<a href=\"#{x.Id}\">{x.Id}</a>"))}{(f.Flows.Count > MaxFlows ? $" and {f.Flows.Count - MaxFlows} more" : "")}</dd>");
        }

        if (f.Evidence.Count > 0)
            w.Write($"<dt>Seen in</dt><dd>{string.Join(' ', f.Evidence.Take(8).Select(x => $"<code>{HtmlText.Of(x.ToString())}</code>"))}</dd>");
        w.Write($"<dt>Confidence</dt><dd>{HtmlText.Of(f.Confidence)}</dd></dl></article>\n");
    }

    private static void Explained(TextWriter w, FindingCode kind)
    {
        w.Write($"<details class=\"about\"><summary>Why this happens, and what to check</summary><p>{HtmlText.Of(kind.Explanation)}</p><p><strong>Check:</strong> {HtmlText.Of(kind.CheckNext)}</p>");
        w.Write($"<p><a href=\"{HtmlText.Of(kind.Reference.ToString())}\" rel=\"noreferrer noopener\">{HtmlText.Of($"{kind.Reference.Host}{kind.Reference.AbsolutePath}")}</a></p></details>");
    }

    private static void Cited(TextWriter w, Finding f, DumpExcerpts excerpts)
    {
        if (f.Citation is { Path.Count: > 0 } way)
        {
            w.Write("<details><summary>The jumps that lead there</summary><div class=\"dump\" tabindex=\"0\" role=\"region\" aria-label=\"Rules that lead there\">");
            foreach (var step in way.Path)
                w.Write($"<div><span class=\"place\">{HtmlText.Of(step.Location.ToString())}</span> {HtmlText.Of(step.Text)}</div>");
            w.Write("</div></details>");
        }

        if ((f.Citation?.Location ?? f.Location) is not { } place)
            return;
        var lines = excerpts.Around(place);
        if (lines.Count == 0 && f.Citation is { } citation)
            lines = [new ExcerptLine(place.Line, citation.Text, IsCited: true)];
        w.Write($"<figure class=\"excerpt\"><figcaption>{HtmlText.Of(place.ToString())}</figcaption>");
        if (lines.Count > 0)
        {
            w.Write($"<div class=\"dump\" tabindex=\"0\" role=\"region\" aria-label=\"{HtmlText.Of($"Lines around {place}")}\">");
            foreach (var line in lines)
                w.Write($"<div{(line.IsCited ? " class=\"cited\"" : "")}><span class=\"line\">{line.Number}</span>{(line.IsCited ? $"<mark>{HtmlText.Of(line.Text)}</mark>" : HtmlText.Of(line.Text))}</div>");
            w.Write("</div>");
        }

        w.Write("</figure>");
    }
}
