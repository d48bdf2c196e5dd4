using System.Text.RegularExpressions;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Reports;

/// <summary><c>explain --format mermaid</c>: a diagram of nothing but boxes, edges and classes, whose ends are those of the text.</summary>
public sealed partial class ExplainMermaidTests
{
    [TestCase("service", "node-a/pods/client-0", "10.96.12.34:80", 2)]
    [TestCase("nodeport", "client", "192.168.56.11:30080", 1)]
    [TestCase("nodeport", "node-a", "224.0.0.1:80", 3)]
    [TestCase("policy-drop", "node-a/pods/client-0", "10.96.12.34:80", 1)]
    public async Task A_walk_is_drawn_with_a_box_per_step_and_an_end_per_path(string bundle, string from, string to, int paths)
    {
        var result = await CommandLine.RunAsync("explain", TestData.Bundle(bundle), "--from", from, "--to", to, "--format", "mermaid");
        var lines = result.Output.TrimEnd('\n').Split('\n');
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.Errors);
            Assert.That(lines[0], Is.EqualTo("flowchart TD"));
            Assert.That(lines.Skip(1), Is.All.Match(Statement().ToString()));
            Assert.That(lines.Count(l => l.Contains("[\"answer ", StringComparison.Ordinal) && l.Contains(":::", StringComparison.Ordinal)) + lines.Count(l => l.EndsWith(":::bad", StringComparison.Ordinal)), Is.EqualTo(paths));
            Assert.That(result.Output, Has.Length.LessThan(50_000), "what GitHub renders");
        });
        var boxes = lines.Select(l => Box().Match(l)).Where(m => m.Success).Select(m => m.Groups["name"].Value).ToList();
        Assert.That(boxes, Is.Unique);
        Assert.That(lines.Select(l => Edge().Match(l)).Where(m => m.Success).Select(m => m.Groups["to"].Value), Is.EquivalentTo(boxes.Skip(1)), "every box but the first is led to once");
    }

    [GeneratedRegex(@"^  (b\d+\[""([^""<>\[\]()]|<br/>|>)*""\](:::(good|bad|open))?|b\d+ -->(\|""[^""<>\[\]]*""\|)? b\d+|classDef (good|bad|open) stroke:#[0-9a-f]{6},stroke-width:3px)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Statement();

    [GeneratedRegex(@"^  (?<name>b\d+)\[", RegexOptions.ExplicitCapture)]
    private static partial Regex Box();

    [GeneratedRegex(@"^  b\d+ -->(\|[^|]*\|)? (?<to>b\d+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Edge();
}
