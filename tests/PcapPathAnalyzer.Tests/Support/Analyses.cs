using System.Collections.Concurrent;
using PcapPathAnalyzer.Bundles;
using PcapPathAnalyzer.Diagnosis;

namespace PcapPathAnalyzer.Tests.Support;

/// <summary>Each bundle of testdata analyzed once, for all tests that only read the result.</summary>
internal static class Analyses
{
    private static readonly ConcurrentDictionary<string, Lazy<AnalysisResult>> Known = new(StringComparer.Ordinal);

    public static AnalysisResult Of(string bundle) =>
        Known.GetOrAdd(bundle, static name => new Lazy<AnalysisResult>(() => PathAnalyzer.Analyze(BundleReader.Read(TestData.Bundle(name))))).Value;
}
