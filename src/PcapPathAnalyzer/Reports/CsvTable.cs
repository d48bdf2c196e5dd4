using CsvHelper;

namespace PcapPathAnalyzer.Reports;

/// <summary>How all CSV of the program is written: RFC 4180 fields, LF, and no text that a spreadsheet would run as a formula.</summary>
public static class CsvTable
{
    private static readonly CsvWriterOptions Options = new() { NewLine = "\n", HasHeader = true };

    public static CsvWriter Create(TextWriter writer) => CsvWriter.Create(writer, Options, leaveOpen: true);

    /// <summary>
    /// Writes text that came from a bundle. What begins like a formula gets an apostrophe before it (OWASP, CSV
    /// injection); a rule (<c>-A CHAIN ...</c>) stays as it is, being no formula unless it holds a pipe (DDE).
    /// </summary>
    public static void WriteText(this CsvWriter csv, string? text)
    {
        if (text is { Length: > 0 } && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' && !(text.StartsWith("-A ", StringComparison.Ordinal) && !text.Contains('|')))
            csv.WriteField("'" + text);
        else
            csv.WriteField(text);
    }
}
