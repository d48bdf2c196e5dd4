using System.Globalization;
using PcapPathAnalyzer.Forwarding;

namespace PcapPathAnalyzer.Reports;

/// <summary>A walk as lines for a terminal: a path per branch, each step with the dump line behind it.</summary>
public static class ExplainText
{
    public static IEnumerable<string> Lines(WalkResult result, TextStyle style)
    {
        var number = 0;
        foreach (var path in result.Paths)
        {
            if (number > 0)
                yield return "";
            var share = path.Probability is { } p ? p >= 1 ? "" : $", probability {p.ToString("0.####", CultureInfo.InvariantCulture)}" : ", probability not known";
            yield return style.Bold($"Path {++number} of {result.Paths.Count}{share}: {path.Verdict.Name()}") + $" — {Printable.Text(path.Reason)}";
            foreach (var condition in path.Conditions)
                yield return $"  if {Printable.Text(condition)}";
            foreach (var line in Steps(path.Steps, style))
                yield return line;
            if (path.ReplyVerdict is { } reply)
            {
                yield return style.Bold($"  Answer ({path.Answer}): {reply.Name()}") + $" — {Printable.Text(path.ReplyReason ?? "")}";
                foreach (var line in Steps(path.Reply, style))
                    yield return line;
            }
        }

        if (result.IsCut)
            yield return $"The dumps leave more than {Walk.MaxPaths} ways open; the rest is cut.";
    }

    private static IEnumerable<string> Steps(IReadOnlyList<PathStep> steps, TextStyle style)
    {
        string? ns = null;
        foreach (var step in steps)
        {
            if (step.Namespace != ns)
                yield return $"  {style.Bold(Printable.Text(ns = step.Namespace))}";
            var where = step.Hook is null ? "" : $"{step.Hook}{(step.Table is null ? "" : $" {step.Table}")}{(step.Chain is null || step.Chain == step.Hook ? "" : $" {step.Chain}")}: ";
            var at = step.Location is { } l ? style.Dim($"  [{Printable.Text(l.ToString())}]") : "";
            yield return $"    {new string(' ', step.Depth * 2)}{step.Kind.Name(),-11} {Printable.Text(where + step.Text)}{at}";
            if (step.Element is { } element)
                yield return $"    {new string(' ', (step.Depth * 2) + 12)}{Printable.Text(element.Text)}{style.Dim($"  [{Printable.Text(element.Location.ToString())}]")}";
        }
    }
}
