using System.Text;
using Spectre.Console;

namespace PcapPathAnalyzer.Cli;

/// <summary>What the terminal can do, and what its user wants.</summary>
internal static class Terminal
{
    /// <summary>Colour only on a terminal that has it, and not where NO_COLOR is set (https://no-color.org): Spectre.Console looks at all of this.</summary>
    public static bool HasColour =>
        !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && AnsiConsole.Profile.Capabilities is { Ansi: true, ColorSystem: not ColorSystem.NoColors };

    /// <summary>Notes and progress are kept back with <c>--quiet</c>.</summary>
    public static bool IsQuiet { get; set; }

    /// <summary>Steps and their times are told with <c>--verbose</c>.</summary>
    public static bool IsVerbose { get; set; }

    /// <summary>Writes results to standard output; on a terminal long lines are folded at its width, under their own indentation.</summary>
    public static void Write(IEnumerable<string> lines)
    {
        var width = Console.IsOutputRedirected ? int.MaxValue : AnsiConsole.Profile.Width;
        Print(writer =>
        {
            foreach (var part in lines.SelectMany(line => LineFold.Fold(line, width)))
                writer.WriteLine(part);
        });
    }

    /// <summary>Writes a whole document to standard output: UTF-8, LF.</summary>
    public static void Print(Action<TextWriter> write)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 16) { NewLine = "\n" };
        write(output);
    }

    /// <summary>A word about what was done, on standard error.</summary>
    public static void Note(string text)
    {
        if (!IsQuiet)
            Console.Error.WriteLine($"pcappath: {text}");
    }

    /// <summary>Gives the terminal back as it was: progress bars hide the cursor (DECTCEM).</summary>
    public static void Restore()
    {
        if (!Console.IsErrorRedirected)
            Console.Error.Write("\e[?25h\n");
    }
}
