using System.Globalization;
using PcapPathAnalyzer.Forwarding;
using PcapPathAnalyzer.Reports.Markdown;

namespace PcapPathAnalyzer.Reports;

/// <summary>
/// A walk as a Mermaid flowchart: a box per thing that happens, drawn once where several paths share it, an edge where they part. A chain's rules
/// stand in one box. Kept within the sizes that GitHub and VS Code render (50,000 characters, 500 edges).
/// </summary>
public static class ExplainMermaid
{
    private const int MaxBoxes = 300;
    private const int MaxCharacters = 48_000;
    private const int MaxRules = 8;
    private const string Break = "<br/>";

    public static IEnumerable<string> Lines(WalkResult result)
    {
        var root = new Box(null, "", "");
        var left = 0;
        var boxes = 0;
        foreach (var path in result.Paths)
        {
            var titles = Titles(path).ToList();
            if (boxes + titles.Count > MaxBoxes && boxes > 0)
            {
                left++;
                continue;
            }

            boxes += Add(root, path, titles);
        }

        yield return "flowchart TD";
        var length = 0;
        foreach (var line in root.Children.SelectMany(Draw))
        {
            // What is left out is at the end of the least likely paths.
            if ((length += line.Length + 1) > MaxCharacters)
            {
                left = Math.Max(left, 1);
                break;
            }

            yield return line;
        }

        if (left > 0 || result.IsCut)
            yield return $"  more[\"{left} more paths, or their ends, are not drawn{(result.IsCut ? "; beyond that the walk itself was cut" : "")}\"]";
        yield return "  classDef good stroke:#2e7d32,stroke-width:3px";
        yield return "  classDef bad stroke:#c62828,stroke-width:3px";
        yield return "  classDef open stroke:#f9a825,stroke-width:3px";
    }

    // Paths share boxes for as long as they say the same.
    private static int Add(Box root, WalkPath path, List<(string Title, string Class)> titles)
    {
        var at = root;
        var added = 0;
        foreach (var (title, shape) in titles)
        {
            if (at.Children.Find(c => c.Title == title) is not { } next)
            {
                at.Children.Add(next = new Box(at, title, shape) { Number = root.Count++, Condition = path.Conditions.Count > 0 ? path.Conditions[^1] : "otherwise" });
                added++;
            }

            next.Probability += path.Probability;
            at = next;
        }

        return added;
    }

    private static IEnumerable<(string Title, string Class)> Titles(WalkPath path)
    {
        foreach (var title in Titles(path.Steps, ""))
            yield return (title, "");
        yield return ($"{path.Verdict.Name()}{Break}{Mermaid.Label(path.Reason)}", Class(path.Verdict));
        if (path.ReplyVerdict is not { } reply)
            yield break;
        foreach (var title in Titles(path.Reply, $"answer ({path.Answer}): "))
            yield return (title, "");
        yield return ($"answer {reply.Name()}{Break}{Mermaid.Label(path.ReplyReason ?? "")}", Class(reply));
    }

    // One box per step; of rules, one per table and hook.
    private static IEnumerable<string> Titles(IReadOnlyList<PathStep> steps, string prefix)
    {
        var rules = new List<string>();
        for (var i = 0; i < steps.Count; i++)
        {
            var step = steps[i];
            var isRule = step.Kind is StepKind.Rule or StepKind.Policy;
            if (isRule)
            {
                rules.Add(Mermaid.Label((step.Kind == StepKind.Policy ? "policy " : "") + step.Text) + At(step));
                if (i + 1 < steps.Count && steps[i + 1].Kind is StepKind.Rule or StepKind.Policy && (steps[i + 1].Hook, steps[i + 1].Table, steps[i + 1].Namespace) == (step.Hook, step.Table, step.Namespace))
                    continue;
                var shown = rules.Count <= MaxRules ? rules : [.. rules.Take(MaxRules / 2), $"… {rules.Count - MaxRules} more …", .. rules.TakeLast(MaxRules / 2)];
                yield return $"{Mermaid.Label($"{prefix}{step.Namespace}: {step.Table} {step.Hook}")}{Break}{string.Join(Break, shown)}";
                rules = [];
            }
            else
            {
                yield return $"{Mermaid.Label($"{prefix}{step.Namespace}: {step.Kind.Name()}")}{Break}{Mermaid.Label(step.Text)}{At(step)}";
            }
        }
    }

    private static string At(PathStep step) => step.Location is { } l ? Mermaid.Label($" [{l}]") : "";

    private static string Class(Verdict verdict) => verdict switch
    {
        Verdict.Delivered => "good",
        Verdict.CannotTell or Verdict.LeavesBundle => "open",
        _ => "bad",
    };

    private static IEnumerable<string> Draw(Box box)
    {
        var open = new Stack<Box>([box]);
        while (open.TryPop(out var b))
        {
            yield return $"  b{b.Number}[\"{b.Title}\"]{(b.Class.Length > 0 ? $":::{b.Class}" : "")}";
            if (b.Parent.Number >= 0)
                yield return $"  b{b.Parent.Number} -->{(b.Parent.Children.Count > 1 && b.Share.Length > 0 ? $"|\"{Mermaid.Label(b.Share)}\"|" : "")} b{b.Number}";
            for (var i = b.Children.Count - 1; i >= 0; i--)
                open.Push(b.Children[i]);
        }
    }

    private sealed class Box(Box? parent, string title, string shape)
    {
        public Box Parent => parent ?? this;

        public string Title => title;

        public string Class => shape;

        /// <summary>-1 for the root, which is not drawn.</summary>
        public int Number { get; init; } = -1;

        /// <summary>Of the root: boxes so far.</summary>
        public int Count { get; set; }

        /// <summary>Of all paths through the box together; null where one's is not known.</summary>
        public double? Probability { get; set; } = 0;

        public string Condition { get; init; } = "";

        /// <summary>Empty for copies of one packet, which all are sent.</summary>
        public string Share => Probability is { } p ? p >= 1 ? "" : p.ToString("0.####", CultureInfo.InvariantCulture) : Condition;

        public List<Box> Children { get; } = [];
    }
}
