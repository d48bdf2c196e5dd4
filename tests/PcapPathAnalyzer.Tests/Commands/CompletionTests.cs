using PcapPathAnalyzer.Tests.Support;

namespace PcapPathAnalyzer.Tests.Commands;

public sealed class CompletionTests
{
    [TestCase("pcappath tra", "trace")]
    [TestCase("pcappath export bundle --fin", "--finding")]
    [TestCase("pcappath trace bundle --format j", "json")]
    public async Task Bash_completes_commands_options_and_their_values(string line, string expected)
    {
        Tool.Require("bash");
        var printed = await CommandLine.RunAsync("completion", "bash");
        var script = $$"""
            pcappath() { dotnet '{{Path.Combine(AppContext.BaseDirectory, "pcappath.dll")}}' "$@"; }
            {{printed.Output}}
            COMP_LINE='{{line}}' COMP_POINT={{line.Length}} COMP_WORDS=({{line}}) COMP_CWORD={{line.Split(' ').Length - 1}}
            _pcappath
            printf '%s\n' "${COMPREPLY[@]}"
            """;
        var (exit, output, error) = Tool.Run(script, "bash");
        Assert.That((exit, output.Trim(), error), Is.EqualTo((0, expected, "")));
    }

    [Test]
    public async Task Scripts_of_all_shells_ask_the_program_itself([Values("bash", "zsh", "fish")] string shell)
    {
        var run = await CommandLine.RunAsync("completion", shell);
        Assert.That((run.ExitCode, run.Errors), Is.EqualTo((0, "")));
        Assert.That(run.Output, Does.Contain("pcappath \"[suggest:"));
    }
}
