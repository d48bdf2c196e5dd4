using PcapPathAnalyzer.Diagnostics;

namespace PcapPathAnalyzer.Dumps.Text;

/// <summary>The problem of a line that a reader does not understand: <c>unknown-ip-route</c> and its kind.</summary>
internal static class Unknown
{
    private const int Shown = 120;

    private static readonly List<string> ErrorMessages =
    [
        "command not found", "no such file or directory", "not permitted", "permission denied", "bad command or file name", "error while running", "executable file not found",
        "cannot open network namespace", "operation not supported",
    ];

    /// <param name="reader">Who did not understand it.</param>
    /// <param name="index">Index of the line in the text.</param>
    /// <param name="column">Column of the first word that was not understood, from 1.</param>
    public static Problem Line(IDumpReader reader, DumpText text, int index, int column = 1)
    {
        var cut = text.IsCut && index == text.Count - 1 ? "cut short: " : "";
        return new Problem(Severity.Warning, "unknown-" + reader.Kind, text.At(index, column), cut + Show(text[index]));
    }

    /// <summary>An entry that stands anywhere, such as an object of JSON.</summary>
    public static Problem Entry(IDumpReader reader, SourceLocation at, string entry) => new(Severity.Warning, "unknown-" + reader.Kind, at, Show(entry));

    /// <summary>The one problem of a text that no reader recognises.</summary>
    public static Problem Text(DumpText text)
    {
        var first = 0;
        while (first < text.Count - 1 && string.IsNullOrWhiteSpace(text[first]))
            first++;
        if (IsErrorMessage(text, first))
            return new Problem(Severity.Info, "unreadable-input", text.At(first), "an error message in place of output: " + Show(text[first]));
        var what = text.Command is { } command ? $"output of '{Show(command)}' that" : "text that";
        return new Problem(text.IsOther ? Severity.Info : Severity.Warning, "unreadable-input", text.At(first), $"{what} no reader recognises: {Show(text[first])}");
    }

    // Collectors keep what a command that failed printed.
    private static bool IsErrorMessage(DumpText text, int first) =>
        text.Count - first < 4 && ErrorMessages.Exists(e => text[first].Contains(e, StringComparison.OrdinalIgnoreCase));

    private static string Show(ReadOnlySpan<char> line)
    {
        line = line.Trim();
        return line.Length > Shown ? string.Concat(line[..Shown], "…") : line.ToString();
    }
}
