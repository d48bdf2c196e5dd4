namespace PcapPathAnalyzer.Bundles.Archives;

/// <summary>File names of archives.</summary>
internal static class ArchiveNames
{
    private static readonly string[] Extensions =
    [
        ".tar.gz", ".tar.zst", ".tar.xz", ".tar.bz2", ".tar", ".tgz", ".tzst", ".txz", ".tbz2", ".tbz", ".zip",
    ];

    /// <summary>The name without the extension that says it is an archive; unchanged where it has none.</summary>
    public static string Stem(string name)
    {
        foreach (var extension in Extensions)
        {
            if (name.Length > extension.Length && name.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
                return name[..^extension.Length];
        }

        return name;
    }
}
