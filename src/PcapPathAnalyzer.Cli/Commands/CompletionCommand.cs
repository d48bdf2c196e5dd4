using System.CommandLine;

namespace PcapPathAnalyzer.Cli.Commands;

/// <summary><c>pcappath completion SHELL</c>: the few lines that make a shell complete commands and options.</summary>
internal static class CompletionCommand
{
    private static readonly string[] Shells = ["bash", "zsh", "fish"];

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = string.Join(", ", Shells) };
        shell.AcceptOnlyFromAmong(Shells);
        var command = new Command("completion", "Print what makes a shell complete commands and options") { shell };
        command.SetAction(parsed =>
        {
            Resources.Print($"completion.{parsed.GetValue(shell)}");
            return Shell.Done;
        });
        return command.WithExamples(
            "pcappath completion bash > ~/.local/share/bash-completion/completions/pcappath",
            "pcappath completion zsh > ~/.zfunc/_pcappath",
            "pcappath completion fish > ~/.config/fish/completions/pcappath.fish");
    }
}
