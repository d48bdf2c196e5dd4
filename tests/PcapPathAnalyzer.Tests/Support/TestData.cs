namespace PcapPathAnalyzer.Tests.Support;

/// <summary>Finds the repository's testdata folder from wherever the tests run.</summary>
internal static class TestData
{
    public static string Root { get; } = FindRoot();

    public static string Folder => Path.Combine(Root, "testdata");

    public static string Bundle(string name) => Path.Combine(Folder, "bundles", name, "bundle");

    /// <summary>One of the bundles that show a cause, or resemble one that does.</summary>
    public static string FindingBundle(string name) => Path.Combine(Folder, "bundles-findings", name, "bundle");

    /// <summary>Puts a bundle's files, in order of their names, into another folder.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="folder">Where its copy is to be.</param>
    /// <param name="put">Gets each file and its place, whose folder exists; null copies them all.</param>
    public static string Copy(string bundle, string folder, Action<string, string>? put = null)
    {
        foreach (var file in Directory.EnumerateFiles(bundle, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var target = Path.Combine(folder, Path.GetRelativePath(bundle, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (put is null)
                File.Copy(file, target);
            else
                put(file, target);
        }

        return folder;
    }

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
