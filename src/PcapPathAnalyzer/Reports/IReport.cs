using PcapPathAnalyzer.Diagnosis;

namespace PcapPathAnalyzer.Reports;

/// <summary>Writes an analysis in one format. Adding a format is one file with one of these, and one line in <see cref="ReportFormats"/>.</summary>
public interface IReport
{
    /// <summary>What <c>--format</c> calls it.</summary>
    string Format { get; }

    /// <summary>Names of the files that it writes.</summary>
    IReadOnlyList<string> Files { get; }

    /// <summary>Writes the format's files into a folder that exists.</summary>
    void Write(AnalysisResult result, string folder);
}
