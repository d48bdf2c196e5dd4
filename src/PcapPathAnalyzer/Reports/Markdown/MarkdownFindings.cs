using PcapPathAnalyzer.Diagnosis;
using PcapPathAnalyzer.Stitching;

namespace PcapPathAnalyzer.Reports.Markdown;

/// <summary>The findings, each with its cited dump lines among their neighbours and the frames that show it.</summary>
internal static class MarkdownFindings
{
    private const int MaxFindings = 200;

    public static IEnumerable<string> Lines(AnalysisResult result)
    {
        var excerpts = new DumpExcerpts(result.Bundle);
        yield return "";
        yield return "## Findings";
        if (result.Findings.Count == 0)
        {
            yield return "";
            yield return "None.";
        }

        var explained = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in result.Findings.Take(MaxFindings).SelectMany(f => Finding(f, excerpts).Concat(explained.Add(f.Code) ? Explained(FindingCode.Of(f.Code)) : [])))
            yield return line;
        if (result.Findings.Count > MaxFindings)
        {
            yield return "";
            yield return $"{result.Findings.Count - MaxFindings} more findings are in `findings.csv`.";
        }
    }

    private static IEnumerable<string> Finding(Finding f, DumpExcerpts excerpts)
    {
        yield return "";
        yield return $"### {f.Severity.ToString().ToLowerInvariant()} {f.Code}: {FindingCode.Of(f.Code).Title}";
        yield return "";
        yield return MarkdownText.Prose(f.Message);
        if (f.Citation is { } citation)
        {
            foreach (var line in Cited(citation, excerpts))
                yield return line;
        }
        else if (f.Location is { } place)
        {
            yield return "";
            yield return MarkdownText.Code(place.ToString());
            foreach (var line in Excerpt(excerpts.Around(place)))
                yield return line;
        }

        yield return "";
        if (f.Flows.Count > 0)
            yield return $"- flows: {string.Join(", ", f.Flows.Take(20).Select(x => x.Id))}{(f.Flows.Count > 20 ? $" and {f.Flows.Count - 20} more" : "")}";
        if (f.Evidence.Count > 0)
            yield return $"- seen in: {string.Join(", ", f.Evidence.Take(8).Select(x => MarkdownText.Code(x.ToString())))}";
        yield return $"- confidence: {f.Confidence}";
        if (f.Advice.Length > 0)
            yield return $"- next: {MarkdownText.Prose(f.Advice)}";
    }

    // What is true of every finding of the kind stands with the first.
    private static IEnumerable<string> Explained(FindingCode kind)
    {
        yield return $"- why: {MarkdownText.Prose(kind.Explanation)}";
        yield return $"- check: {MarkdownText.Prose(kind.CheckNext)}";
        yield return $"- read: <{kind.Reference}>";
    }

    private static IEnumerable<string> Cited(Citation citation, DumpExcerpts excerpts)
    {
        if (citation.Path.Count > 0)
        {
            yield return "";
            yield return "The way there:";
            yield return "";
            foreach (var line in MarkdownText.Block([.. citation.Path.Select(c => $"{c.Location}: {c.Text}")]))
                yield return line;
        }

        yield return "";
        yield return MarkdownText.Code(citation.Location.ToString());
        var around = excerpts.Around(citation.Location);
        if (around.Count == 0)
            around = [new ExcerptLine(citation.Location.Line, citation.Text, IsCited: true)];
        foreach (var line in Excerpt(around))
            yield return line;
    }

    private static IEnumerable<string> Excerpt(IReadOnlyList<ExcerptLine> lines)
    {
        if (lines.Count == 0)
            yield break;
        yield return "";
        foreach (var line in MarkdownText.Block([.. lines.Select(l => $"{(l.IsCited ? '>' : ' ')} {l.Number,5}  {l.Text}")]))
            yield return line;
    }
}
