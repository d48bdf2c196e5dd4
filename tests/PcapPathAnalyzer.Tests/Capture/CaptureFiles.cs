namespace PcapPathAnalyzer.Tests.Capture;

/// <summary>Capture files that tests run over: those of testdata always, the corpora of other projects where they are there.</summary>
internal static class CaptureFiles
{
    private static readonly string Root = FindRoot();

    public static string TestData => Path.Combine(Root, "testdata");

    /// <summary>The folder <c>pcaps</c> inside the folder that the environment variable PCAPPATH_CORPORA names; null where it is not set or not there.</summary>
    public static string? Corpora { get; } = FindCorpora();

    public static IEnumerable<string> InTestData() => In(TestData);

    public static IEnumerable<string> InCorpora() => Corpora is null ? [] : Directory.EnumerateFiles(Corpora, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    public static IEnumerable<string> All() => InTestData().Concat(InCorpora());

    private static IEnumerable<string> In(string folder) =>
        Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Where(static path => Path.GetFileName(path).Contains(".pcap", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
            : [];

    private static string? FindCorpora() =>
        Environment.GetEnvironmentVariable("PCAPPATH_CORPORA") is { Length: > 0 } named && Path.Combine(named, "pcaps") is var inside && Directory.Exists(inside) ? inside : null;

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PcapPathAnalyzer.sln")))
                return folder.FullName;
        }

        return AppContext.BaseDirectory;
    }
}
