using System.Text.RegularExpressions;
using PcapPathAnalyzer.Diagnosis;

namespace PcapPathAnalyzer.Reports;

/// <summary>The findings as compilers print theirs, <c>file:line:col: severity code: message</c>: what problem matchers of editors and CI systems read.</summary>
public static partial class ProblemsReport
{
    /// <summary>A line per finding; one whose cause is in no file begins with its severity, and no matcher takes it for a place.</summary>
    public static void Write(AnalysisResult result, TextWriter writer)
    {
        foreach (var f in result.Findings)
        {
            var place = f.Location is { } l ? $"{File(l.File)}:{Math.Max(1, l.Line)}:{Math.Max(1, l.Column)}: " : "";
            writer.WriteLine($"{place}{f.Severity.ToString().ToLowerInvariant()} {Printable.Text(f.Code)}: {Printable.Text(f.Message)}");
        }
    }

    /// <summary>A file's name that cannot be mistaken for a place and a message.</summary>
    internal static string File(string name) => LooksLikeAPlace().Replace(Printable.Text(name), static m => m.Value.Replace(":", "\\u003a", StringComparison.Ordinal));

    [GeneratedRegex(":[0-9]+:[0-9]+: ")]
    private static partial Regex LooksLikeAPlace();
}
