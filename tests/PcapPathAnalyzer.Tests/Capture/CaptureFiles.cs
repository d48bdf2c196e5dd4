namespace PcapPathAnalyzer.Tests.Capture;

/// <summary>Capture files that tests run over: those of testdata always, the corpora of other projects where they are there.</summary>
internal static class CaptureFiles
{
    public static string TestData => Support.TestData.Folder;

    /// <summary>The folder <c>pcaps</c> inside the folder that the environment variable PCAPPATH_CORPORA names; null where it is not set or not there.</summary>
    public static string? Corpora { get; } = FindCorpora();

    /// <summary>Those of this project's own networks of namespaces: Ethernet and Linux cooked v2, nothing damaged.</summary>
    public static IEnumerable<string> InBundles() => In(Path.Combine(TestData, "bundles")).Concat(In(Path.Combine(TestData, "bundles-findings")));

    /// <summary>Small ones of other projects: a link type, a protocol or a variant of the format each, some of them damaged.</summary>
    public static IEnumerable<string> Others() => In(Path.Combine(TestData, "captures"));

    public static IEnumerable<string> InCorpora() => Corpora is null ? [] : Directory.EnumerateFiles(Corpora, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    public static IEnumerable<string> All() => InBundles().Concat(Others()).Concat(InCorpora());

    private static IEnumerable<string> In(string folder) =>
        Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Where(static path => Path.GetFileName(path).Contains(".pcap", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
            : [];

    private static string? FindCorpora() =>
        Environment.GetEnvironmentVariable("PCAPPATH_CORPORA") is { Length: > 0 } named && Path.Combine(named, "pcaps") is var inside && Directory.Exists(inside) ? inside : null;
}
