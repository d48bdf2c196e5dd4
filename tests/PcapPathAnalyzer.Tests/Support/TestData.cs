namespace PcapPathAnalyzer.Tests.Support;

/// <summary>Finds the repository's testdata folder from wherever the tests run.</summary>
internal static class TestData
{
    public static string Root { get; } = FindRoot();

    public static string Folder => Path.Combine(Root, "testdata");

    public static string Bundle(string name) => Path.Combine(Folder, "bundles", name, "bundle");

    /// <summary>Names of the bundles that have their truth beside them.</summary>
    public static IEnumerable<string> BundleNames() =>
        Directory.GetDirectories(Path.Combine(Folder, "bundles")).Where(d => File.Exists(Path.Combine(d, "truth", "truth.json"))).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal);

    /// <summary>Those of them that have dumps: a bundle of captures alone predicts nothing.</summary>
    public static IEnumerable<string> NamesOfDumpedBundles() => BundleNames().Where(b => Directory.EnumerateFiles(Bundle(b), "*.txt", SearchOption.AllDirectories).Any());

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PcapPathAnalyzer.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException("the repository's root was not found above the test assembly");
    }
}
