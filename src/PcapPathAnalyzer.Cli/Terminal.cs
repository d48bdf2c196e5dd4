namespace PcapPathAnalyzer.Cli;

/// <summary>What the terminal can do, and what its user wants.</summary>
internal static class Terminal
{
    /// <summary>Colour only on a terminal, and not where NO_COLOR is set to anything (https://no-color.org) or TERM is dumb.</summary>
    public static bool HasColour =>
        !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";
}
