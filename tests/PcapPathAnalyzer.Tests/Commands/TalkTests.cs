using Newtonsoft.Json.Linq;
using PcapPathAnalyzer.Cli;
using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Commands;

/// <summary>What goes to standard output and what to standard error.</summary>
public sealed class TalkTests
{
    [Test]
    public async Task Nothing_stands_between_a_result_and_the_pipe_it_goes_to()
    {
        var run = await CommandLine.RunAsync("analyze", TestData.Bundle("policy-drop"));
        Assert.That(run.Output, Does.StartWith("bundle: 7 flows, 2 failed").And.Not.Contain("\e"));
        Assert.That(run.Errors, Is.Empty);
    }

    [Test]
    public async Task Verbose_tells_each_step_and_its_time_on_standard_error_alone()
    {
        var run = await CommandLine.RunAsync("analyze", TestData.Bundle("policy-drop"), "--format", "json", "--verbose");
        Assert.That(JObject.Parse(run.Output)["findings"]!.Count(), Is.EqualTo(1));
        Assert.That(run.Errors.TrimEnd().Split('\n'), Has.Length.EqualTo(3).And.All.Match(@"^pcappath: (reading captures|stitching \d+ observations|diagnosing): \d+\.\d{3} s$"));
    }

    [Test]
    public async Task Quiet_keeps_notes_back_but_no_error()
    {
        var file = Path.Combine(ScratchFolder.Create("quiet"), "f.pcapng");
        var run = await CommandLine.RunAsync("export", TestData.Bundle("policy-drop"), "--flow", "f4", "-o", file, "--quiet");
        Assert.That((run.ExitCode, run.Errors, File.Exists(file)), Is.EqualTo((0, "", true)));
        run = await CommandLine.RunAsync("-q", "analyze", "nowhere");
        Assert.That((run.ExitCode, run.Errors.TrimEnd()), Is.EqualTo((2, "pcappath: nowhere: no such folder or file")));
    }

    [Test]
    public async Task JSON_of_every_command_is_what_jq_reads()
    {
        Tool.Require("jq");
        var bundle = TestData.Bundle("policy-drop");
        string[][] commands =
        [
            ["analyze", bundle, "--format", "json"], ["analyze", bundle, "--out", "-", "--format", "sarif"], ["check", bundle, "--format", "json"], ["trace", bundle, "--flow", "f4", "--format", "json"],
            ["explain", bundle, "--from", "node-a/pods/client-0", "--to", "10.96.12.34:80", "--format", "json"], ["inspect-bundle", bundle, "--format", "json"], ["services", bundle, "--format", "json"],
            ["decode", Path.Combine(bundle, "node-a", "eth0.pcap"), "--format", "json"], ["dump", Path.Combine(bundle, "node-a", "ip-route.txt")], ["vscode-task"],
        ];
        foreach (var command in commands)
        {
            var run = await CommandLine.RunAsync(command);
            var (exit, output, error) = Tool.Run(run.Output, "jq", "-e", "type == \"object\"");
            Assert.That((exit, error), Is.EqualTo((0, "")), command[0]);
            Assert.That(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.All.EqualTo("true"));
        }
    }

    [Test]
    public async Task A_format_that_is_none_is_named_with_those_that_are()
    {
        var run = await CommandLine.RunAsync("analyze", TestData.Bundle("service"), "--format", "docx");
        Assert.That((run.ExitCode, run.Bytes), Is.EqualTo((2, Array.Empty<byte>())));
        Assert.That(run.Errors, Does.Contain("'docx'").And.Contain("text,problems,json,sarif,md,html"));
    }

    [TestCase("short", 10, "short")]
    [TestCase("  one two three four five six seven eight", 30, "  one two three four five six|      seven eight")]
    [TestCase("\e[1mone two three\e[0m four five six seven", 26, "\e[1mone two three\e[0m four five|    six seven")]
    [TestCase("aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd", 30, "aaaaaaaaaabbbbbbbbbbcccccccccc|    dddddddddd")]
    [TestCase("too narrow to fold anything at all", 12, "too narrow to fold anything at all")]
    public void Long_lines_are_folded_under_their_indentation(string line, int width, string folded) =>
        Assert.That(LineFold.Fold(line, width), Is.EqualTo(folded.Split('|')));
}
