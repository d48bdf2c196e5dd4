using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Commands;

/// <summary>The problem matchers are run over what the tasks really print, with the regular expressions of JavaScript, as VS Code has them.</summary>
public sealed class VscodeTaskTests
{
    private static readonly string RepositoryTasks = File.ReadAllText(Path.Combine(TestData.Root, ".vscode", "tasks.json"));

    [Test]
    public async Task Printed_tasks_put_findings_on_the_lines_of_the_dumps([Values("policy-drop", "no-endpoints")] string bundle)
    {
        var printed = await CommandLine.RunAsync("vscode-task", TestData.Bundle(bundle));
        var tasks = JObject.Parse(printed.Output)["tasks"]!;
        Assert.That(tasks.Select(t => (string?)t["command"]), Has.All.EqualTo("pcappath"));
        foreach (var task in tasks)
        {
            var arguments = task["args"]!.Select(a => (string)a!).ToArray();
            Assert.That((string?)task["problemMatcher"]!["fileLocation"]![1], Is.EqualTo(TestData.Bundle(bundle)));
            var found = Match(task["problemMatcher"]!, (await CommandLine.RunAsync(arguments)).Output, bundle);
            if (arguments[0] == "analyze" && bundle == "policy-drop")
                Assert.That(found, Does.Contain(("node-b/iptables-save.txt", 39, "error", "dropped-by-rule")));
            Assert.That(found, Is.Not.Empty.Or.Matches<object>(_ => arguments[0] == "check" && bundle == "policy-drop"));
        }
    }

    [Test]
    public async Task The_tasks_of_this_repository_match_as_well()
    {
        var tasks = JObject.Parse(RepositoryTasks)["tasks"]!.Where(t => t["problemMatcher"] is JObject).ToList();
        Assert.That(tasks.Select(t => (string?)t["label"]), Is.EqualTo(new[] { "analyze bundle", "check bundle" }));
        foreach (var task in tasks)
        {
            var words = task["args"]!.Select(a => (string)a!).SkipWhile(a => a != "--").Skip(1).Select(a => a.Replace("${input:bundle}", "testdata/bundles/no-endpoints/bundle", StringComparison.Ordinal)).ToArray();
            Assert.That(Match(task["problemMatcher"]!, (await CommandLine.RunAsync(words)).Output, "no-endpoints").Select(f => f.Code), Does.Contain("no-endpoints"), words[0]);
        }
    }

    [TestCase(".", "${workspaceFolder}")]
    [TestCase("case-4711/bundle/", "${workspaceFolder}/case-4711/bundle")]
    public async Task A_bundle_is_looked_for_in_the_folder_that_is_open(string bundle, string folder)
    {
        var tasks = JObject.Parse((await CommandLine.RunAsync("vscode-task", bundle)).Output);
        Assert.That(tasks.SelectTokens("$..fileLocation[1]").Concat(tasks.SelectTokens("$..args[1]")).Select(t => (string?)t), Has.Exactly(4).EqualTo(folder));
    }

    private static List<(string File, int Line, string Severity, string Code)> Match(JToken matcher, string output, string bundle)
    {
        var pattern = matcher["pattern"]!;
        var expression = new Regex((string)pattern["regexp"]!, RegexOptions.ECMAScript);
        var found = new List<(string, int, string, string)>();
        foreach (var match in output.Split('\n').Select(l => expression.Match(l)).Where(m => m.Success))
        {
            string Group(string name) => match.Groups[(int)pattern[name]!].Value;
            var file = Path.Combine(TestData.Bundle(bundle), Group("file"));
            Assert.That(File.Exists(file), Is.True, file);
            Assert.That(int.Parse(Group("line")), Is.InRange(1, File.ReadAllLines(file).Length));
            Assert.That(Group("message"), Is.Not.Empty);
            found.Add((Group("file"), int.Parse(Group("line")), Group("severity"), Group("code")));
        }

        return found;
    }
}
