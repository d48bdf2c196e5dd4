namespace PcapPathAnalyzer.Cli;

/// <summary>What the terminal can do, and what its user wants.</summary>
internal static class Terminal
{
    /// <summary>Colour only on a terminal, and not where NO_COLOR is set to anything (https://no-color.org) or TERM is dumb.</summary>
    public static bool HasColour =>
        !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>Notes are kept back with <c>--quiet</c>.</summary>
    public static bool IsQuiet { get; set; }

    /// <summary>Writes results to standard output.</summary>
    public static void Write(IEnumerable<string> lines)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput(), new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 16) { NewLine = "\n" };
        foreach (var line in lines)
            output.WriteLine(line);
    }

    /// <summary>A word about what was done, on standard error.</summary>
    public static void Note(string text)
    {
        if (!IsQuiet)
            Console.Error.WriteLine($"pcappath: {text}");
    }
}
