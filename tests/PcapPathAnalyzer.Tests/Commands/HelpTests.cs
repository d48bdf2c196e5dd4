using System.CommandLine;
using PcapPathAnalyzer.Cli;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Commands;

public sealed class HelpTests
{
    private static IEnumerable<string> Names => CommandTree.Create().Subcommands.Select(c => c.Name);

    [TestCaseSource(nameof(Names))]
    public void Every_command_shows_examples_that_are_command_lines_of_it(string name)
    {
        var root = CommandTree.Create();
        var examples = HelpWithExamples.Of(root.Subcommands.Single(c => c.Name == name));
        Assert.That(examples, Is.Not.Empty);
        foreach (var example in examples)
        {
            var parsed = Parse(root, example);
            Assert.That(parsed.Errors.Select(e => e.Message), Is.Empty, example);
            Assert.That(parsed.CommandResult.Command.Name, Is.EqualTo(name), example);
        }
    }

    [Test]
    public void Help_ends_in_the_examples()
    {
        var root = CommandTree.Create();
        var output = new StringWriter();
        root.Parse(["trace", "--help"]).Invoke(new InvocationConfiguration { Output = output });
        Assert.That(output.ToString(), Does.Contain("--flow <ID>").And.Match("(?s)Examples:\\s+pcappath trace .*--format json\\s+$"));
    }

    [Test]
    public void Every_command_stands_in_the_readme()
    {
        var readme = File.ReadAllText(Path.Combine(TestData.Root, "README.md"));
        foreach (var name in Names)
            Assert.That(readme, Does.Contain($"| `pcappath {name}"));
    }

    // What a shell would hand over: words up to a pipe or a redirection, quotes taken away.
    private static ParseResult Parse(RootCommand root, string example)
    {
        var line = example.Split(" | ")[0].Split(" > ")[0];
        Assert.That(line, Does.StartWith("pcappath "));
        return root.Parse(line["pcappath ".Length..].Replace('\'', '"'));
    }
}
