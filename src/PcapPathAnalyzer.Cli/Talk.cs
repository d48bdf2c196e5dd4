using System.CommandLine;

namespace PcapPathAnalyzer.Cli;

/// <summary>How much every command says beside its result, always on standard error.</summary>
internal static class Talk
{
    public static Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "No progress and no notes on standard error; errors are still said", Recursive = true };

    public static Option<bool> Verbose { get; } = new("--verbose", "-v") { Description = "Say on standard error what is done and how long it took", Recursive = true };

    /// <summary>Takes the user's wish over for the whole run.</summary>
    public static void Apply(ParseResult parsed)
    {
        Terminal.IsQuiet = parsed.GetValue(Quiet);
        Terminal.IsVerbose = parsed.GetValue(Verbose) && !Terminal.IsQuiet;
    }
}
