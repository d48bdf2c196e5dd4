using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Reports;

namespace PcapPathAnalyzer.Tests.Bundles;

/// <summary>Analyzes bundles for tests that compare results.</summary>
internal static class Analysis
{
    /// <summary>Every file that <c>analyze --out --packets</c> writes, by its name, the bundle's own name left out.</summary>
    public static IReadOnlyDictionary<string, string> Files(string path)
    {
        using var folder = new TemporaryFolder();
        using var bundle = BundleReader.Read(path);
        var result = PacketsCsv.Write(folder.Path, sink => PathAnalyzer.Analyze(bundle, new AnalysisOptions { Packets = sink }));
        foreach (var report in ReportFormats.All)
            report.Write(result, folder.Path);
        return Directory.GetFiles(folder.Path).ToDictionary(f => Path.GetFileName(f), f => File.ReadAllText(f).Replace(bundle.Name, "", StringComparison.Ordinal));
    }
}
