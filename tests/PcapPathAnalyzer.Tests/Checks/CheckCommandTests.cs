using System.CommandLine;
using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Cli;
using PcapPathAnalyzer.Cli.Commands;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Checks;

/// <summary>The command: its output, and its exit status.</summary>
[NonParallelizable]
public sealed class CheckCommandTests
{
    [TestCase("service", 0)]
    [TestCase("no-endpoints", 0)]
    [TestCase("no-endpoints", 1, "--fail-on", "warning")]
    [TestCase("no-endpoints", 1, "--fail-on", "info")]
    [TestCase("no-endpoints", 0, "--fail-on", "error")]
    [TestCase("no-endpoints", 2, "--fail-on", "7")]
    [TestCase("no-endpoints", 2, "--fail-on", "dire")]
    [TestCase("no-endpoints", 2, "--format", "xml")]
    public void The_exit_status_tells_what_was_found(string bundle, int status, params string[] options) =>
        Assert.That(Run([TestData.Bundle(bundle), .. options]).Status, Is.EqualTo(status));

    [Test]
    public void A_path_that_is_no_bundle_is_refused_in_one_line()
    {
        var (status, output, error) = Run(["/no/such/bundle"]);
        Assert.That(status, Is.EqualTo(2));
        Assert.That(output, Is.Empty);
        Assert.That(error, Does.Match(@"^pcappath: [^\n]*/no/such/bundle[^\n]*\n$"));
    }

    [Test]
    public void Text_is_a_line_per_problem()
    {
        var (_, output, error) = Run([TestData.Bundle("no-endpoints")]);
        Assert.That(output, Is.EqualTo("node-a/iptables-save.txt:39:1: warning no-endpoints: default/web:http (10.96.12.34:80/tcp) has no endpoints\n"));
        Assert.That(error, Is.Empty);
    }

    [Test]
    public void JSON_is_one_object()
    {
        var json = JObject.Parse(Run([TestData.Bundle("no-endpoints"), "--format", "json"]).Output);
        Assert.That((int?)json["counts"]!["warning"], Is.EqualTo(1));
        Assert.That((string?)json["problems"]![0]!["code"], Is.EqualTo("no-endpoints"));
    }

    [Test]
    public async Task SARIF_is_valid_and_names_the_lines()
    {
        var text = Run([TestData.Bundle("no-endpoints"), "--format", "sarif"]).Output;
        var schema = await NJsonSchema.JsonSchema.FromFileAsync(Path.Combine(TestData.Folder, "schemas", "sarif-schema-2.1.0.json"));
        Assert.That(schema.Validate(text).Select(e => e.ToString()), Is.Empty);
        var run = JObject.Parse(text)["runs"]![0]!;
        var result = run["results"]!.Single();
        var place = result["locations"]![0]!["physicalLocation"]!;
        Assert.That(((string?)result["ruleId"], (string?)result["level"]), Is.EqualTo(("no-endpoints", "warning")));
        Assert.That(((string?)place["artifactLocation"]!["uri"], (int?)place["region"]!["startLine"]), Is.EqualTo(("node-a/iptables-save.txt", (int?)39)));
        Assert.That((string?)run["tool"]!["driver"]!["rules"]![(int)result["ruleIndex"]!]!["id"], Is.EqualTo("no-endpoints"));
    }

    private static (int Status, string Output, string Error) Run(string[] arguments)
    {
        var (output, error) = (Console.Out, Console.Error);
        var (newOutput, newError) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        try
        {
            Console.SetOut(newOutput);
            Console.SetError(newError);
            var status = Shell.Run(new RootCommand { CheckCommand.Create() }, ["check", .. arguments]);
            return (status, newOutput.ToString(), newError.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }
}
