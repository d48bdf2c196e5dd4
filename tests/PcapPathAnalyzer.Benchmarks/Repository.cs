namespace PcapPathAnalyzer.Benchmarks;

/// <summary>Folders of the repository, found from wherever a benchmark runs.</summary>
internal static class Repository
{
    /// <exception cref="DirectoryNotFoundException">The program does not run from inside the repository.</exception>
    public static string Folder(params ReadOnlySpan<string> parts)
    {
        for (var up = new DirectoryInfo(AppContext.BaseDirectory); up is not null; up = up.Parent)
        {
            var folder = Path.Combine([up.FullName, .. parts]);
            if (File.Exists(Path.Combine(up.FullName, "PcapPathAnalyzer.sln")))
                return folder;
        }

        throw new DirectoryNotFoundException("the repository's root was not found above the benchmark program");
    }
}
