using CsvHelper;

namespace PcapPathAnalyzer.Reports;

/// <summary>How all CSV of the program is written: RFC 4180 fields, LF, and no text that a spreadsheet would run as a formula.</summary>
public static class CsvTable
{
    private static readonly CsvWriterOptions Options = new() { NewLine = "\n", HasHeader = true };

    public static CsvWriter Create(TextWriter writer) => CsvWriter.Create(writer, Options, leaveOpen: true);

    /// <summary>UTF-8, the fastest way.</summary>
    public static CsvWriter Create(Stream stream) => CsvWriter.Create(stream, Options, leaveOpen: true);

    /// <summary>Writes a file: its header, then the rows of each item in order, made on all processors.</summary>
    /// <param name="rows">Writes an item's rows; called from several threads at once.</param>
    public static void Write<T>(string path, string[] columns, IReadOnlyList<T> items, Action<CsvWriter, T> rows) =>
        OutputFile.WriteBytes(path, stream =>
        {
            using var csv = Create(stream);
            csv.WriteHeader(columns);
            csv.ParallelWrite(items, rows, Environment.ProcessorCount);
        });

    /// <summary>A port, empty where it is not known or the protocol has none.</summary>
    public static void WritePort(this CsvWriter csv, int? port, bool hasPorts) => csv.WriteField(hasPorts ? port : null);

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
