using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace PcapPathAnalyzer.Cli;

/// <summary>The usual help, and under it commands to copy: most people read nothing else.</summary>
internal sealed class HelpWithExamples : SynchronousCommandLineAction
{
    private static readonly ConditionalWeakTable<Command, string[]> Known = [];

    private readonly HelpAction help = new();

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var exit = help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (var example in Of(parseResult.CommandResult.Command))
            output.WriteLine($"  {example}");
        output.WriteLine();
        return exit;
    }

    public static IReadOnlyList<string> Of(Command command) => Known.TryGetValue(command, out var examples) ? examples : [];

    public static void Add(Command command, string[] examples) => Known.Add(command, examples);
}

internal static class HelpExampleExtensions
{
    /// <summary>Whole command lines, the program's name first, as <c>--help</c> shows them.</summary>
    public static Command WithExamples(this Command command, params string[] examples)
    {
        HelpWithExamples.Add(command, examples);
        return command;
    }
}
